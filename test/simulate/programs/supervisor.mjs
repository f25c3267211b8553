import { spawn } from 'node:child_process'
import { hrtime } from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'

/** A supervisor that knows of no tests: keeps a command up until `signal` aborts, with jitter, and kills what takes too long. */
export async function keepUp(file, { signal, longest = 20_000, env }) {
  const log = []
  const began = { date: Date.now(), hrtime: hrtime.bigint() }
  while (!signal.aborted) {
    const child = spawn(file, { env: { ...process.env, ...env } })
    const guard = setTimeout(() => process.kill(child.pid, 'SIGKILL'), longest)
    const [code, by] = await new Promise((resolve) => {
      child.once('exit', (...outcome) => resolve(outcome))
    })
    clearTimeout(guard)
    const elapsed = [Date.now() - began.date, Number(hrtime.bigint() - began.hrtime) / 1e6]
    log.push(`${elapsed.map(Math.round).join(' ')} ${code ?? by}`)
    // oxlint-disable-next-line no-restricted-properties -- Programs that know of no tests call it.
    await pause(1000 + Math.round(Math.random() * 1000), undefined, { signal }).catch(() => {})
  }
  return log
}
