import { expect, test } from 'vitest'

import { labProject } from '../lab/in-test.ts'

// Each signal ends a wait.
const SHELL = `trap 'kill $child' TERM; "$0" & child=$!; while kill -0 $child 2> /dev/null; do wait $child; done`
const NODE = `
const child = require('node:child_process').spawn(process.argv[1], { stdio: 'ignore' })
process.on('SIGTERM', () => child.kill())
child.on('exit', () => process.exit())
`
const adapter = (name: string, command: string, program: string, extra = ''): string => `
import { describeSupervisor } from 'vitest-supervise/conformance'

describeSupervisor('${name}', {
  start: ({ command, supervise }) => supervise('${command}', ['${command === 'sh' ? '-c' : '-e'}', ${JSON.stringify(program)}, command.file]),
  facts: { stops: 'process', quiet: 200 },
  report: 'scores/${name}',
  ${extra}
})
`

test('a supervisor is tested in virtual time if it goes by the clock, else in real time; its score card says which', async () => {
  const project = labProject({
    files: {
      'node.test.js': adapter('node', 'node', NODE),
      'shell.test.js': adapter('shell', 'sh', SHELL),
      'insists.test.js': adapter('insists', 'sh', SHELL, `time: 'virtual',`),
    },
  })
  const run = await project.run()
  const card = (name: string): unknown => JSON.parse(project.read(`scores/${name}.json`) ?? 'null')
  const because = 'it is no Node program that goes by the clock of the test'
  expect(card('node')).toMatchObject({ supervisor: 'node', time: 'virtual' })
  expect(card('node')).not.toHaveProperty('because')
  expect(card('shell')).toMatchObject({ supervisor: 'shell', time: 'real', because })
  expect(project.read('scores/shell.md')).toContain(`In real time, since ${because}.\n`)
  expect(project.read('scores/node.md')).toContain('In virtual time.\n')
  expect(run.output).toContain(`conformance of shell. In real time, since ${because}.`)

  const states = Object.entries(run.tests).filter(([, { state }]) => state !== 'skipped')
  const failed = states.filter(([, { state }]) => state === 'failed').map(([name]) => name)
  expect(new Set(failed.map((name) => name.split(' ')[2]))).toEqual(new Set(['insists']))
  expect(run.output).toContain(
    'does not go by the clock of the test: neither it nor anything that it has started',
  )
  expect(await project.survivors()).toMatchObject({ processes: [], directories: [] })
})
