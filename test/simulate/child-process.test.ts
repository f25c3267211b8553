import type { ExecException, ExecFileException } from 'node:child_process'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { systemCode } from '../../src/errors.ts'
import { fault } from '../../src/fault/fault.ts'
import { Simulation } from '../../src/simulate/simulation.ts'
import { both, listen, type Play } from './both.ts'
import type { Stage } from './worlds.ts'

type Ended = (error: ExecException | ExecFileException | null, stdout: unknown, stderr: unknown) => void

/** Notes what comes back, and how often. */
function noting(note: (text: string) => void, file: string): Ended {
  return (error, stdout, stderr) => {
    const { message, code, killed, signal, cmd, name } = error ?? {}
    const facts = error && { name, message, code: code ?? null, killed, signal, cmd }
    note(JSON.stringify([facts, stdout, stderr]).replaceAll(file, 'FILE'))
  }
}

const SAYS = { stdout: { start: 'starting', ready: '日本' }, lifetime: 500, exitCode: 3 }

function order(stage: Stage, script: object = SAYS): ReturnType<Stage['command']> {
  return stage.command('web', script)
}

const PLAYS: Readonly<Record<string, Play>> = {
  async 'execFile of what ends well'(stage, note) {
    const { file, env } = order(stage, { ...SAYS, exitCode: 0 })
    await stage.run(listen(stage.childProcess.execFile(file, ['-x'], { env }, noting(note, file)), () => {}))
  },
  async 'execFile of what fails'(stage, note) {
    const { file, env } = order(stage)
    await stage.run(listen(stage.childProcess.execFile(file, ['-x', 'y'], { env }, noting(note, file)), note))
  },
  async 'exec of a line'(stage, note) {
    const { file, env } = order(stage)
    const child = stage.childProcess.exec(`${file} --flag 'a b'`, { env }, noting(note, file))
    note(JSON.stringify([child.spawnfile, child.spawnargs]).replaceAll(file, 'FILE'))
    await stage.run(listen(child, () => {}))
  },
  async 'exec of a command that is not there'(stage, note) {
    const child = stage.childProcess.exec('no-such-command -x', noting(note, 'FILE'))
    await stage.run(listen(child, () => {}))
  },
  async 'execFile of a file that is not there'(stage, note) {
    const child = stage.childProcess.execFile('/no/such/file', ['-x'], noting(note, 'FILE'))
    await stage.run(listen(child, () => {}))
  },
  async 'a module that is not there'(stage, note) {
    const child = stage.childProcess.fork('/no/such/module.js', [], { silent: true, execArgv: [] })
    note(`${child.connected} ${child.stdio.length > 3}`)
    await stage.run(listen(child, (text) => note(text.startsWith('stderr') ? 'stderr' : text)))
  },
  async 'a limit of output'(stage, note) {
    const { file, env } = order(stage, { ...SAYS, lifetime: 60_000 })
    const options = { env, maxBuffer: 4 }
    await stage.run(listen(stage.childProcess.execFile(file, options, noting(note, file)), () => {}))
  },
  async buffers(stage, note) {
    const { file, env } = order(stage, { ...SAYS, exitCode: 0 })
    const options = { env, encoding: 'buffer' as const }
    await stage.run(listen(stage.childProcess.execFile(file, [], options, noting(note, file)), () => {}))
  },
  async 'an abort'(stage, note) {
    const { file, env } = order(stage, { ...SAYS, lifetime: 60_000 })
    const controller = new AbortController()
    const { signal } = controller
    const over = listen(stage.childProcess.execFile(file, { env, signal }, noting(note, file)), () => {})
    await stage.advance(1000)
    controller.abort()
    await stage.run(over)
  },
  async 'promises, by promisify'(stage, note) {
    const { file, env } = order(stage)
    const run = promisify(stage.childProcess.execFile)
    stage.faults.inject(fault.exit(0), { attempts: 2 })
    for (let start = 0; start < 2; start++) {
      const outcome = run(file, [], { env })
      note(typeof outcome.child.pid)
      const noted = noting(note, file)
      await stage.run(
        outcome.then(
          ({ stdout, stderr }) => noted(null, stdout, stderr),
          (error: ExecException) => noted(error, error.stdout, error.stderr),
        ),
      )
    }
  },
  async 'a fork'(stage, note) {
    const { file, env } = order(stage)
    const child = stage.childProcess.fork('module.js', ['-x'], {
      env,
      execPath: file,
      execArgv: [],
      silent: true,
    })
    note(JSON.stringify([child.connected, child.spawnfile, child.spawnargs]).replaceAll(file, 'FILE'))
    await stage.run(listen(child, note))
  },
  async 'what is no argument'(stage, note) {
    const { childProcess } = stage
    for (const start of [
      () => childProcess.spawn(''),
      () => childProcess.spawn(undefined as never),
      () => childProcess.fork(5 as never),
      () => childProcess.fork('x', [], { stdio: ['pipe', 'pipe', 'pipe'] }),
    ]) {
      try {
        start()
      } catch (error) {
        note(`${(error as Error).name} ${systemCode(error)}`)
      }
    }
  },
}

test.each(Object.entries(PLAYS))('%s: as by node:child_process', async (_name, play) => {
  const [real, simulated] = await both(play)
  expect(simulated).toEqual(real)
  expect(real.length).toBeGreaterThan(0)
})

test('a limit of time ends a command as its signal does, and says so in its error', async () => {
  const simulation = new Simulation({ script: { stdout: { start: 'up' } } })
  simulation.faults.inject(fault.exitOnSignal(0), { attempts: 2 })
  const { clock, childProcess } = simulation
  const run = promisify(childProcess.execFile)
  const { file } = simulation.command()
  const options = { timeout: 2000, killSignal: 'SIGINT' as const }
  await expect(simulation.run(run(file, ['-x'], options))).rejects.toMatchObject({
    message: `Command failed: ${file} -x\n`,
    code: null,
    killed: true,
    signal: 'SIGINT',
    cmd: `${file} -x`,
    stdout: 'up\n',
    stderr: '',
  })
  expect(clock.now).toBe(2000)
  expect(await simulation.run(run(file, [], { ...options, killSignal: 'SIGTERM' }))).toMatchObject({
    stdout: 'up\n',
  })
  expect([clock.now, clock.pending]).toEqual([4000, 0])
})

test('a command has a module for fork and for node, also in a line', async () => {
  const simulation = new Simulation({ script: { lifetime: 10 } })
  const { childProcess, timeline } = simulation
  const { file, module } = simulation.command()
  childProcess.fork(module, ['-x'])
  childProcess.spawn(process.execPath, ['--require', 'hook.js', '--enable-source-maps', module, '-x'])
  childProcess.spawn('node', [module])
  childProcess.spawn('/bin/sh', ['-c', `NODE_ENV=test exec node "${module}" -x`])
  childProcess.exec(`sh -c '${file} -x'`)
  await simulation.advance(100)
  expect(timeline.attempts()).toBe(5)
  expect(simulation.processes).toEqual([])
})

test('a program is no module, and a module no program', () => {
  const simulation = new Simulation()
  const { childProcess } = simulation
  const { file, module } = simulation.command({ id: 'one' })
  const refused = (instead: string): unknown =>
    expect.objectContaining({
      code: 'ERR_SIMULATION_UNSUPPORTED',
      message: expect.stringContaining(`Use the \`${instead}\` of the command of "one"`),
    })
  expect(() => childProcess.fork(file)).toThrow(refused('module'))
  expect(() => childProcess.spawn('node', [file])).toThrow(refused('module'))
  expect(() => childProcess.spawn(module)).toThrow(refused('file'))
  expect(() => childProcess.exec(module)).toThrow(refused('file'))
})

test('a line that needs a shell is refused', () => {
  const { childProcess } = new Simulation()
  for (const line of ['a | b', 'a && b', 'a > b', 'echo $HOME', 'echo "$HOME"', "echo 'open"]) {
    expect(() => childProcess.exec(line)).toThrow(
      expect.objectContaining({ code: 'ERR_SIMULATION_UNSUPPORTED', line }),
    )
  }
})

test('ps and pgrep list the processes of the simulation', async () => {
  const simulation = new Simulation({ script: { children: ['ordinary'] } })
  const { childProcess } = simulation
  const child = childProcess.spawn(simulation.command().file)
  await simulation.settle()
  const { pid: below } = simulation.processes[1] ?? {}
  const said = async (line: string): Promise<string> => {
    const { stdout } = await simulation.run(promisify(childProcess.exec)(line))
    return stdout.trim().replaceAll(/ +/g, ' ')
  }
  const all = await said('ps -A -o ppid,pid,stat,comm')
  expect(all.split('\n').slice(0, 3)).toEqual([
    'PPID PID STAT COMMAND',
    ` ${process.pid} ${child.pid} S agent`,
    ` ${child.pid} ${below} S sleep`,
  ])
  expect(all).toContain(` ${process.ppid} ${process.pid} `)
  expect(await said(`ps -o pid --no-headers --ppid ${child.pid}`)).toBe(String(below))
  expect(await said(`ps -o comm= -p ${child.pid}`)).toBe('agent')
  expect(await said(`pgrep -P ${child.pid}`)).toBe(String(below))
  await expect(said(`pgrep -P ${below}`)).rejects.toMatchObject({ code: 1 })
})
