import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { createEvidenceSource } from '../../../src/clock/evidence/index.ts'
import { Scratch } from '../../support/scratch.ts'
import { until } from '../../support/until.ts'
import { slowTicks } from '../../../src/network/preload/undici-ticks.ts'
import { ControlStandIn } from '../support/control.ts'
import { assumeNode, Child, NODES } from './child.ts'
import { httpEcho, listen } from './server.ts'

const NODE_FETCH = `Promise.all([1, 2].map(() => fetch('http://one.test/').then((response) => response.text())))`
const NPM_TOO = `Promise.all([
  fetch('http://one.test/').then((response) => response.text()),
  require('node:timers/promises').setTimeout(600).then(() => require('undici').request('http://two.test/', { dispatcher: new (require('undici').Agent)() })).then(({ body }) => body.text()),
])`

test.for([
  ...NODES.map((each) => ({ ...each, clients: 'fetch', requests: NODE_FETCH })),
  {
    version: 'this Node',
    node: process.execPath,
    clients: 'fetch and undici, out of step',
    requests: NPM_TOO,
  },
])(
  'a child that waits for the responses of $clients is at rest ($version)',
  async ({ node, requests }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const pending: (() => void)[] = []
    const server = httpEcho()
    server.removeAllListeners('request').on('request', (_request, response) => {
      pending.push(() => response.end('at last'))
    })
    const port = await listen(server)
    const control = await ControlStandIn.open(scratch, () => ({ to: 'gateway', port }))
    const child = new Child(scratch, control, `${requests}.then((texts) => { say(texts); process.exit() })`, {
      node,
    })
    await until('both requests have come', () => pending.length === 2)
    const { pid = 0 } = child.process
    const evidence = createEvidenceSource()
    const look = (): { rest: string; fingerprint: string } | undefined => evidence.look(pid)
    await until('it is at rest', () => look()?.rest === 'dozing')
    // It naps in the instant between two timers of one tick; who waits for more than 10 ms, waits for a second and more.
    const seen: string[] = []
    let ticks = 0
    let last = look()?.fingerprint
    await until('it has ticked twice', () => {
      const now = look()
      if (now?.fingerprint === last && now?.rest === 'napping')
        seen.push(...(evidence.look(pid)?.lines ?? []))
      if (now?.fingerprint !== last && now?.rest === 'dozing') ticks++
      last = now?.fingerprint
      return ticks >= 2
    })
    expect(seen).toEqual([])
    for (const answer of pending) answer()
    expect(await child.all()).toEqual([['at last', 'at last']])
  },
)

test('ticks are as many as they would have been, and no other timer is touched', () => {
  const original = globalThis.setTimeout
  const set: { run: () => void; delay: number; timer: { _idleTimeout: number; refresh: () => unknown } }[] =
    []
  let refreshed = 0
  const fake = (run: () => void, delay: number): unknown => {
    const timer = { _idleTimeout: delay, refresh: () => ++refreshed }
    set.push({ run, delay, timer })
    return timer
  }
  Object.defineProperty(fake, promisify.custom, { value: promisify(original) })
  try {
    Object.defineProperty(globalThis, 'setTimeout', {
      value: fake,
      writable: true,
      configurable: true,
      enumerable: true,
    })
    slowTicks()
    let fastNow = 0
    const TICK_MS = 499
    let timer: NodeJS.Timeout | undefined
    globalThis.setTimeout(function own() {}, 499)
    globalThis.setTimeout(function onTick() {}, 499)
    globalThis.setTimeout(function onTick() {
      fastNow += TICK_MS
    }, 500)
    timer = globalThis.setTimeout(function onTick() {
      fastNow += TICK_MS
      timer?.refresh()
    }, 499)
    expect(set.map(({ delay }) => delay)).toEqual([499, 499, 500, expect.any(Number)])
    expect(promisify(globalThis.setTimeout)).toBe(promisify(original))
    const ticking = set[3]
    if (!ticking) throw new Error('no timer was set')
    let gone = 0
    for (let i = 0; i < 20; i++) {
      expect(ticking.timer._idleTimeout).toBeGreaterThanOrEqual(1050)
      gone += ticking.timer._idleTimeout
      ticking.run()
      expect(gone - fastNow).toBeGreaterThanOrEqual(0)
      expect(gone - fastNow).toBeLessThan(TICK_MS)
    }
    expect(refreshed).toBe(fastNow / TICK_MS)
  } finally {
    globalThis.setTimeout = original
  }
})
