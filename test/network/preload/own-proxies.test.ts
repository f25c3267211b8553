import { expect, test } from 'vitest'

import { Scratch } from '../../support/scratch.ts'
import { ControlStandIn } from '../support/control.ts'
import { assumeNode, Child, NODES } from './child.ts'

const PLACE = '127.0.0.1:9'
const KNOWN = {
  HTTP_PROXY: `http://${PLACE}`,
  https_proxy: `http://${PLACE}`,
  HTTPS_PROXY: `http://${PLACE}`,
  NO_PROXY: '',
}
const OWN = {
  HTTP_PROXY: `http://agent:mark@${PLACE}`,
  https_proxy: `http://agent:mark@${PLACE}`,
  HTTPS_PROXY: 'http://proxy.example:3128',
  NO_PROXY: '',
}

test.for(NODES)(
  'the proxy of the test is not there in Node, and there again in what Node starts ($version)',
  async ({ node }, { skip }) => {
    assumeNode(node, skip)
    const scratch = new Scratch()
    const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ENOTFOUND' }), {
      env: KNOWN,
    })
    const body = `
      const { Worker, isMainThread } = require('node:worker_threads')
      const names = ${JSON.stringify(Object.keys(KNOWN))}
      const list = 'echo "$HTTP_PROXY $https_proxy $HTTPS_PROXY \${NO_PROXY-unset}"'
      say(names.map((name) => process.env[name] ?? null))
      say(require('node:child_process').execFileSync('/bin/sh', ['-c', list]).toString())
      say(require('node:child_process').execFileSync('/bin/sh', ['-c', list], { env: {} }).toString())
      if (isMainThread) new Worker(__filename)
    `
    const inNode = [null, null, OWN.HTTPS_PROXY, null]
    const whole = `${OWN.HTTP_PROXY} ${OWN.https_proxy} ${OWN.HTTPS_PROXY} \n`
    const stripped = `${OWN.HTTP_PROXY} ${OWN.https_proxy} ${KNOWN.HTTPS_PROXY} \n`
    const all = await new Child(scratch, control, body, { node, env: OWN }).all()
    expect(all).toEqual([inNode, whole, stripped, inNode, whole, stripped])
  },
)

test('axios, got and superagent see the error of Node for a connection that fails', async () => {
  const scratch = new Scratch()
  const control = await ControlStandIn.open(scratch, () => ({ to: 'nowhere', code: 'ECONNREFUSED' }), {
    env: KNOWN,
  })
  const body = `
    import axios from 'axios'
    import got from 'got'
    import superagent from 'superagent'
    for (const scheme of ['http', 'https']) {
      const url = scheme + '://api.test/'
      say((await axios.get(url).catch((error) => error)).code)
      say((await got(url, { retry: { limit: 0 } }).catch((error) => error)).code)
      say((await superagent.get(url).catch((error) => error)).code)
    }
  `
  const env = { ...OWN, HTTPS_PROXY: OWN.HTTP_PROXY }
  const child = new Child(scratch, control, body, { type: 'module', env })
  expect(await child.all()).toEqual(Array.from({ length: 6 }, () => 'ECONNREFUSED'))
  expect(new Set(control.asked.map((asked) => asked.host))).toEqual(new Set(['api.test']))
})
