import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'

import { createHarness } from '../dist/src/index.js'
import { atMost, differences, figure, median, quantity } from './figures.mjs'

const BACKOFF = 60_000
/** A thousandth of it, or nobody could wait. */
const SHORT_BACKOFF = BACKOFF / 1000
const now = performance.now.bind(performance)

/** An ordinary supervisor: restarts a child that crashes, so often, so many ms after its end, and says when it starts it. */
const SUPERVISOR = `
const { spawn } = require('node:child_process')
let [left, backoff] = process.argv.slice(2).map(Number)
const start = () => {
  process.stdout.write('start\\n')
  spawn('sh', ['-c', 'exit 3'], { stdio: 'ignore' }).on('exit', () => {
    if (left-- > 0) setTimeout(start, backoff)
  })
}
start()
`

/** Starts a program that does nothing in each of two environments, in turn, and prints how long each took from spawn to exit, in ms. */
const STARTER = `
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const [program, rounds, ...environments] = process.argv.slice(2)
const took = environments.map(() => [])
;(async () => {
  for (let round = -2; round < Number(rounds); round++) {
    for (let place = 0; place < took.length; place++) {
      const which = (round + 2 + place) % took.length
      const began = performance.now()
      const child = spawn(process.execPath, [program], { env: JSON.parse(environments[which]), stdio: 'ignore' })
      const [code] = await once(child, 'exit')
      if (code !== 0) throw new Error('It exited with ' + code)
      if (round >= 0) took[which].push(performance.now() - began)
    }
  }
  console.log(JSON.stringify(took))
})()
`

/**
 * What it costs that a supervisor is a process of its own and goes by the clock of the test: each of its restarts, and its
 * start. The rivals: the same supervisor in real time, and what nobody can do without, the bare spawn.
 */
export async function measure({ folder, quick }) {
  const file = (name, content) => {
    writeFileSync(path.join(folder, name), content)
    return path.join(folder, name)
  }
  const supervisor = file('supervisor.cjs', SUPERVISOR)
  const restarts = quick ? 5 : 60
  const took = await inSeries(quick ? 1 : 8, {
    virtual: () => inVirtualTime(supervisor, restarts),
    real: () => inRealTime(supervisor, restarts),
    raw: () => spawnRaw(restarts),
  })
  const added = median(took.virtual) - median(took.raw)
  const starts = await compareStarts(file('starter.cjs', STARTER), file('idle.cjs', ''), quick ? 2 : 40)
  const startUp = figure(differences(starts.joined, starts.bare))
  return [
    {
      what: 'a restart by a supervisor in another process, in virtual time, without the backoff',
      of: figure(took.virtual),
      rivals: {
        'the same in real time': figure(took.real),
        'bare `spawn` to exit': figure(took.raw),
      },
      promise: atMost(20, 'ms', added, 'more'),
      note: `the difference of the medians; in turn, ${restarts} by ${restarts}; in real time at a thousandth of the backoff`,
    },
    {
      what: 'a Node program that does nothing, under the clock of a test, from spawn to exit',
      of: figure(starts.joined),
      rivals: { 'in real time': figure(starts.bare) },
      promise: atMost(25, 'ms', startUp.value, 'more'),
      note: `the difference, round by round: p90 ${quantity(startUp.p90, 'ms')}`,
    },
  ]
}

/** From each start to the next, in ms of real time. */
async function inVirtualTime(supervisor, restarts) {
  const harness = await createHarness()
  try {
    const clock = harness.installClock()
    const args = [supervisor, String(restarts), String(BACKOFF)]
    const running = await harness.supervise(process.execPath, args, { clock: 'virtual' })
    const times = []
    running.process.stdout.on('data', () => times.push(now()))
    await clock.runUntil(running.exited, { limit: Infinity })
    if (clock.now !== restarts * BACKOFF) throw new Error(`It has ended at ${clock.now} ms.`)
    return differences(times.slice(1), times)
  } finally {
    await harness.close()
  }
}

/** The same, without what the backoff takes. */
async function inRealTime(supervisor, restarts) {
  const running = spawn(process.execPath, [supervisor, restarts, SHORT_BACKOFF].map(String))
  const times = []
  running.stdout.on('data', () => times.push(now()))
  await once(running, 'close')
  return differences(times.slice(1), times).map((pace) => pace - SHORT_BACKOFF)
}

async function spawnRaw(count) {
  const took = []
  for (let index = 0; index < count; index++) {
    const began = now()
    await once(spawn('sh', ['-c', 'exit 3'], { stdio: 'ignore' }), 'exit')
    took.push(now() - began)
  }
  return took
}

/** All that each has measured. Another one begins each round. */
async function inSeries(rounds, contenders) {
  const all = Object.entries(contenders)
  const found = Object.fromEntries(all.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let place = 0; place < all.length; place++) {
      const [name, run] = all[(round + place) % all.length]
      found[name].push(...(await run()))
    }
  }
  return found
}

/** In the environment of a program that goes by the clock, and without what makes it do so. */
async function compareStarts(starter, idle, rounds) {
  const harness = await createHarness()
  try {
    const clock = harness.installClock()
    const printing = await harness.supervise(process.execPath, ['-p', 'JSON.stringify(process.env)'], {
      clock: 'virtual',
    })
    await clock.runUntil(printing.exited)
    const joined = JSON.parse(printing.stdout.text)
    const { NODE_OPTIONS: _options, SUPERVISE_CLOCK: _place, ...bare } = joined
    // A process of its own measures: nothing that this one hears comes at its own time.
    const args = [starter, idle, rounds, JSON.stringify(joined), JSON.stringify(bare)].map(String)
    const measuring = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [found] = await Promise.all([text(measuring.stdout), once(measuring, 'close')])
    const [ofJoined, ofBare] = JSON.parse(found)
    return { joined: ofJoined, bare: ofBare }
  } finally {
    await harness.close()
  }
}
