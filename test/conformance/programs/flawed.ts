import type { RestartLoopPolicy } from '../../../src/restart/policy.ts'
import { FlawedSupervisor } from '../flawed-supervisor.ts'

/* `node flawed <file> <policy> [<flaw>]`: SIGTERM stops it, SIGHUP asks it for a restart. It ends when it has nothing left to do. */
const [file = '', policy = '', flaw] = process.argv.slice(2)
const supervisor = new FlawedSupervisor(file, policy as RestartLoopPolicy, flaw)
process.on('SIGTERM', () => void supervisor.stop())
process.on('SIGHUP', () => void supervisor.restart())
void supervisor.exited.then(({ exitCode }) => (process.exitCode = exitCode ?? 1))
