import { http, HttpResponse } from 'msw'

import { expect, test } from '../../fixtures/index.ts'

/** Asks for ten things at once, over as many connections, to two hosts in turn; then waits. */
const PROGRAM = `
const hosts = ['a', 'b']
await Promise.all(Array.from({ length: 10 }, (_, i) => fetch('https://' + hosts[i % 2] + '.example.com/' + i).then((answer) => answer.text())))
console.log('done')
setInterval(() => {}, 1e6)`

test('what a process asks for at once comes in the order in which it began', async ({
  network,
  supervise,
  clock,
}) => {
  network.use(http.get('*/:n', () => HttpResponse.text('hello')))
  const child = await supervise('node', ['--input-type=module', '-e', PROGRAM])
  await clock.runUntil(child.stdout.line('done'))
  const paths = network.requests.map(({ url }) => new URL(url).pathname)
  expect(paths).toEqual(Array.from({ length: 10 }, (_, i) => `/${i}`))
})
