# Functions for scripts that measure brokers and write a section of docs/benchmarks.md. To be sourced; it sources broker.sh.
. "$(dirname "${BASH_SOURCE[0]}")/broker.sh"

# begin_benchmark NAME: makes artifacts/NAME, which is the variable work. The processes of the variable pids are killed when the script exits.
begin_benchmark() {
  benchmark=$1
  load=$(cut -d' ' -f1 /proc/loadavg)
  work=$root/artifacts/$benchmark; rm -rf "$work"; mkdir -p "$work"
  results=$work/results.tsv; : >"$results"
  declare -gA pids
  trap 'for system in "${!pids[@]}"; do kill -9 "${pids[$system]}" 2>/dev/null; done' EXIT
}
say() { echo "$benchmark: $*" >&2; }
note() { printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$results"; say "$1: $2 = $3"; } # COLUMN METRIC VALUE
ticks=$(getconf CLK_TCK)
cpu_ticks() { awk '{ sub(/^.*\) /, ""); print $12 + $13 }' "/proc/$1/stat"; } # PID
memory() { awk -v key="$2:" '$1 == key { printf "%.1f", $2 / 1024 }' "/proc/$1/status"; } # PID VmRSS|RssAnon: MB
calculate() { awk "BEGIN { printf \"%.4g\", $1 }"; } # EXPRESSION
machine() { echo "$(nproc) cores ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)), $(date -u +%Y-%m-%d), load before the run $load."; }

# measured_tool NAME: builds the client compat-tests/tools/NAME into the folder $work/tool.
measured_tool() {
  timeout 600 dotnet build "$root/compat-tests/tools/$1" -c Release -v q --nologo -m:1 -o "$work/tool" >"$work/build.log" 2>&1 ||
    { grep error "$work/build.log" | sort -u | head; exit 1; }
}

# table SYSTEM…: prints the medians of all metrics, and the ratios of the last system to the others.
table() {
  awk -F'\t' -v systems="$*" '
    { if (!($2 in seen)) { seen[$2] = 1; names[++count] = $2 } values[$1, $2, ++n[$1, $2]] = $3 }
    function median(key,   i, j, t, sorted) {
      for (i = 1; i <= n[key]; i++) sorted[i] = values[key, i] + 0
      for (i = 2; i <= n[key]; i++) for (j = i; j > 1 && sorted[j - 1] > sorted[j]; j--) { t = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = t }
      return n[key] % 2 ? sorted[(n[key] + 1) / 2] : (sorted[n[key] / 2] + sorted[n[key] / 2 + 1]) / 2
    }
    function digits(value) { return value >= 1000 ? sprintf("%.0f", value) : sprintf("%.4g", value) }
    END {
      c = split(systems, s, " "); head = "| |"; line = "|---|"
      for (k = 1; k <= c; k++) { head = head " " s[k] " |"; line = line "---:|" }
      for (k = 1; k < c; k++) { head = head " " s[c] " / " s[k] " |"; line = line "---:|" }
      print head; print line
      for (i = 1; i <= count; i++) {
        row = "| " names[i] " |"
        for (k = 1; k <= c; k++) { m[k] = median(s[k] SUBSEP names[i]); row = row " " digits(m[k]) " |" }
        for (k = 1; k < c; k++) row = row (m[k] > 0 ? sprintf(" %.2f |", m[c] / m[k]) : " – |")
        print row
      }
    }' "$results"
}

# write_section FILE: replaces the section of docs/benchmarks.md that has the heading of FILE, its first line, or appends it.
write_section() {
  awk -v section="$1" '
    function write(   line) { while ((getline line < section) > 0) print line; written = 1 }
    BEGIN { getline heading < section; close(section) }
    /^##? / { if (skip) print ""; skip = $0 == heading; if (skip) write() }
    !skip
    END { if (!written) { print ""; write() } }' "$root/docs/benchmarks.md" >"$work/whole.md"
  cp "$work/whole.md" "$root/docs/benchmarks.md"
}
