import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** Starts 'kafkasharp dev'; the result has bootstrapServers, call(method, path, body) for its HTTP endpoint, and stop(). */
export async function startBroker(...options) {
  const child = spawn(process.env.KAFKASHARP_BIN ?? 'kafkasharp', ['dev', '--port', '0', '--parent-pid', process.pid, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface(child.stdout), 'line')
  const ready = JSON.parse(line)
  return {
    ...ready,
    async call(method, path, body) {
      const response = await fetch(ready.control + path, { method, body: body && JSON.stringify(body) })
      if (!response.ok) throw new Error((await response.json()).detail)
      return response.status === 204 ? undefined : response.json()
    },
    async stop() {
      child.kill()
      const [code] = await once(child, 'exit')
      return code
    },
  }
}
