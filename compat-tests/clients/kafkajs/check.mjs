// Runs checks and prints "ok name", or "not ok name" with the reason. Every wait has a time limit.
import assert from 'node:assert/strict'

export let failures = 0

const patience = 60_000

export async function check(name, body) {
  let timer
  const expired = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${patience / 500} s`)), 2 * patience)
  })
  try {
    await Promise.race([body(), expired])
    console.log(`ok ${name}`)
  } catch (error) {
    failures++
    console.log(`not ok ${name}`)
    console.log(`#   ${String(error.stack ?? error).split('\n').slice(0, 4).join('\n#   ')}`)
  } finally {
    clearTimeout(timer)
  }
}

/** Waits until the condition, which may be async, holds. */
export async function eventually(what, condition) {
  const deadline = Date.now() + patience
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `waited ${patience / 1000} s for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}
