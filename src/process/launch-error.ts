import { type Stats, statSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'

import { SuperviseError, systemCode } from '../errors.ts'

/** What could not be started. */
interface FailedRequest {
  /** How messages call it. */
  readonly what: string
  readonly file: string
  readonly isProgram?: boolean
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** The fault that has it so. */
  readonly fault?: string
}

/** What a system error says that is no matter of the file alone, and what to do. */
const REASONS: Readonly<Record<string, string>> = {
  E2BIG:
    'its arguments and its environment are longer than the system takes (E2BIG). Pass what is long in a file',
  ETXTBSY: 'somebody has the file open for writing (ETXTBSY). Close it, or start later',
  ELOOP: 'its path is a loop of symbolic links (ELOOP). Name the file itself',
  ENAMETOOLONG: 'a name in its path is longer than the file system takes (ENAMETOOLONG). Shorten it',
  EAGAIN:
    'this user has as many processes as the system lets him have (EAGAIN). End some, or raise `ulimit -u`',
  EMFILE:
    'the test process has as many descriptors as it may have (EMFILE). Close some, or raise `ulimit -n`',
}

/** The error of a start that the system refused with `cause`: why, and what to do. */
export function launchError(request: FailedRequest, cause: unknown): SuperviseError {
  const error = refusedError(request, cause)
  if (request.fault === undefined) return error
  error.message += ` The fault ${request.fault} of the test has it so (${systemCode(cause) ?? String(cause)}).`
  return error
}

function refusedError(request: FailedRequest, cause: unknown): SuperviseError {
  const { what, file, cwd, isProgram } = request
  const facts = { file, cwd, cause }
  if (!statOf(cwd)?.isDirectory()) {
    return new SuperviseError(
      'ERR_RUNTIME_DIR',
      `${what} could not be started in ${cwd}: that is not a directory. Create it first, or leave out \`cwd\`` +
        `${isProgram ? '' : ' and `runtimeDir`'} to get a fresh one.`,
      facts,
    )
  }
  // JavaScript may give anything, above all the promise of `buildAgentForTest()`.
  if (typeof file !== 'string' || file === '') {
    return new SuperviseError(
      'ERR_AGENT_NOT_FOUND',
      `${what} could not be started: \`agentPath\` is ${inspect(file)}, which names no file. Give it what ` +
        '`await buildAgentForTest()` resolves to, or the absolute path of an executable.',
      facts,
    )
  }
  const stats = path.isAbsolute(file) ? statOf(file) : undefined
  const advice = isProgram ? programAdvice(file, request.env) : agentAdvice(file)
  switch (systemCode(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return stats
        ? new SuperviseError(
            'ERR_AGENT_NOT_EXECUTABLE',
            `${what} could not be started: ${file} exists, but the interpreter that its first line names does not. ` +
              advice.broken,
            facts,
          )
        : new SuperviseError('ERR_AGENT_NOT_FOUND', `${what} could not be started: ${advice.missing}`, facts)
    case 'EACCES':
      return new SuperviseError(
        'ERR_AGENT_NOT_EXECUTABLE',
        stats?.isDirectory()
          ? `${what} could not be started: ${file} is a directory. Name the executable file inside it.`
          : `${what} could not be started: ${file} is not executable. ${advice.forbidden}`,
        facts,
      )
    default: {
      const code = systemCode(cause) ?? String(cause)
      return new SuperviseError(
        'ERR_AGENT_SPAWN_FAILED',
        `${what} could not be started: the system refused to run ${file}: ${REASONS[code] ?? code}.`,
        facts,
      )
    }
  }
}

interface Advice {
  readonly missing: string
  readonly broken: string
  readonly forbidden: string
}

function agentAdvice(file: string): Advice {
  return {
    missing:
      `there is no file ${file}. Give \`agentPath\` what \`buildAgentForTest()\` resolved to, or the absolute path of an ` +
      'executable.',
    broken: 'Build the agent again with `buildAgentForTest()`, or mend its "#!" line.',
    forbidden: 'Run `chmod +x` on it, or have it built by `buildAgentForTest()`.',
  }
}

function programAdvice(file: string, { PATH = '' }: FailedRequest['env']): Advice {
  const place = path.isAbsolute(file)
    ? `there is no file ${file}. Give the path of a program`
    : `no directory of its PATH has a program ${file} (${PATH}). Install it, add its directory to the option \`env\``
  return {
    missing: isLine(file)
      ? `there is no program "${file}". The program and its arguments are given apart, as in \`supervise(${apart(file)})\`.`
      : `${place}, or start its interpreter, as in \`supervise('python3', ['/path/to/supervisor.py'])\`.`,
    broken: 'Install that, or mend the "#!" line.',
    forbidden: "Run `chmod +x` on it, or start its interpreter, as in `supervise('node', [file])`.",
  }
}

/** Whether what is not there is rather a whole command, and not a file in a directory with a space in its name. */
function isLine(file: string): boolean {
  if (!path.isAbsolute(file)) return /\s/.test(file)
  return /\s/.test(path.basename(file)) || (/\s/.test(file) && !statOf(path.dirname(file)))
}

/** The words of a command, as they would be given apart; those of an example if that takes a shell to tell. */
function apart(line: string): string {
  const simple = /^[\w./:=@%+,\s-]+$/.test(line) && !path.isAbsolute(line)
  const [program, ...args] = (simple ? line.trim() : 'npm run start').split(/\s+/)
  return `'${program}', [${args.map((word) => `'${word}'`).join(', ')}]`
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file)
  } catch {
    return undefined // It is not there, or below something that is no directory, or not for us to see.
  }
}
