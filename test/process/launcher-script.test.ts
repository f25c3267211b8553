import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'

import { expect, test } from 'vitest'

import { LauncherScript, OWN_PID, PREPARED } from '../../src/process/launcher-script.ts'
import { Scratch } from '../support/scratch.ts'

const ENV = { SUPERVISE_MARK: "m'1", A: "it's $HOME" }

/** A launcher of a program that says its arguments and its environment. */
function open(env: Record<string, string> = ENV): { script: LauncherScript; run(outer?: object): string[] } {
  const scratch = new Scratch()
  const words = ['/bin/sh', '-c', 'echo "$0 $*"; env', "it's", 'a b']
  const script = new LauncherScript('web', scratch.path('launcher'), words, env)
  return {
    script,
    run: (outer = {}) =>
      execFileSync(script.file, ['c d'], { env: { PATH: '/bin:/usr/bin', ...outer }, encoding: 'utf8' })
        .trim()
        .split('\n'),
  }
}

test('a launcher becomes the agent, with its words, what it was given, and its environment', () => {
  const { script, run } = open()
  script.write(undefined)
  const lines = run({ SUPERVISE_FD: '3', OTHER: 'kept', [PREPARED]: '1' })
  expect(lines[0]).toBe("it's a b c d")
  expect(lines).toEqual(expect.arrayContaining(["A=it's $HOME", "SUPERVISE_MARK=m'1", 'OTHER=kept']))
  expect(lines.join('\n')).not.toMatch(/SUPERVISE_FD|SUPERVISE_PREPARED|NODE_OPTIONS/)
  expect(statSync(script.file).mode & 0o777).toBe(0o700)
})

test('the mark of a supervisor of the same test is kept, and no other', () => {
  const { script, run } = open()
  script.write(undefined)
  expect(run({ SUPERVISE_MARK: "m'1.s2" })).toContain("SUPERVISE_MARK=m'1.s2")
  for (const mark of ['x', "m'12.s", "x.m'1.s"])
    expect(run({ SUPERVISE_MARK: mark })).toContain("SUPERVISE_MARK=m'1")
})

test('options of Node are put before those that are there, once', () => {
  const { script, run } = open({ ...ENV, NODE_OPTIONS: '--a' })
  script.write(undefined)
  expect(run()).toContain('NODE_OPTIONS=--a')
  expect(run({ NODE_OPTIONS: '--b' })).toContain('NODE_OPTIONS=--a --b')
  expect(run({ NODE_OPTIONS: '--b --a' })).toContain('NODE_OPTIONS=--b --a')
})

test('a start that has to be made ready is, unless somebody has done so', () => {
  const { script, run } = open({ ...ENV, PID: `<${OWN_PID}>` })
  script.write({ command: ['env', "READY=it's"], env: { CONFINED: `${OWN_PID}.${OWN_PID}` }, witnesses: [] })
  const lines = run()
  const pid = lines.find((line) => line.startsWith('PID='))?.slice(5, -1)
  expect(lines).toEqual(expect.arrayContaining(["READY=it's", `CONFINED=${pid}.${pid}`, "it's a b c d"]))
  expect(Number(pid)).toBeGreaterThan(1)
  expect(run({ [PREPARED]: '1' }).join('\n')).not.toMatch(/READY|CONFINED|PREPARED/)
  script.write(undefined)
  expect(run().join('\n')).not.toMatch(/READY|CONFINED/)
})

test('a launcher that does not change is not written again', () => {
  const { script } = open()
  script.write(undefined)
  const { ino } = statSync(script.file)
  script.write(undefined)
  expect(statSync(script.file).ino).toBe(ino)
})

test('a retired launcher starts nothing, and is content', () => {
  const { script, run } = open()
  script.write(undefined)
  script.retire()
  expect(run()).toEqual([''])
})
