/* What a child starts itself, in Node and in other languages. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

import { API, need, PLAIN_API, run, skip } from './check.mjs'

const FETCH = `fetch('${API}/json').then((response) => response.text()).then(console.log)`

export const checks = {
  'fetch in a worker thread': async () => {
    const code = `fetch('${API}/json').then((response) => response.json()).then((body) => require('node:worker_threads').parentPort.postMessage(body))`
    const worker = new Worker(code, { eval: true })
    try {
      const [body] = await once(worker, 'message')
      assert.deepEqual(body, { ok: 1 })
    } finally {
      await worker.terminate()
    }
  },
  'fetch in a child of the child': async () => {
    assert.deepEqual(JSON.parse(await run(process.execPath, ['-e', FETCH])), { ok: 1 })
  },
  'fetch in a child with an environment of its own': async () => {
    const env = { PATH: process.env.PATH }
    assert.deepEqual(JSON.parse(await run(process.execPath, ['-e', FETCH], { env })), { ok: 1 })
  },
  'curl over HTTPS': async () => {
    await need('curl')
    assert.deepEqual(JSON.parse(await run('curl', ['-sS', `${API}/json`])), { ok: 1 })
  },
  'curl over HTTP': async () => {
    await need('curl')
    assert.deepEqual(JSON.parse(await run('curl', ['-sS', `${PLAIN_API}/json`])), { ok: 1 })
  },
  'requests, in Python': async () => {
    const code = `import requests; print(requests.get('${API}/json').text)`
    assert.deepEqual(JSON.parse(await run(await pythonWithRequests(), ['-c', code])), { ok: 1 })
  },
  'urllib, in Python': async () => {
    await need('python3')
    const code = `import urllib.request; print(urllib.request.urlopen('${API}/json').read().decode())`
    assert.deepEqual(JSON.parse(await run('python3', ['-c', code])), { ok: 1 })
  },
  'net/http, in Go': async () => {
    const client = process.env.GO_CLIENT ?? skip('there is no Go to build a client with')
    assert.deepEqual(JSON.parse(await run(client, [`${API}/json`])), { ok: 1 })
  },
  'git over HTTPS': async () => {
    await need('git')
    const heads = await run('git', ['ls-remote', `${API}/repository.git`])
    assert.equal(heads, `${'1'.repeat(40)}\trefs/heads/main`)
  },
  'net/http, in Ruby': async () => {
    await need('ruby')
    const code = `require 'net/http'; puts Net::HTTP.get(URI('${API}/json'))`
    assert.deepEqual(JSON.parse(await run('ruby', ['-e', code])), { ok: 1 })
  },
}

/** Debian's own Python sees the packages of Debian; one that comes before it in `PATH` may not. */
async function pythonWithRequests() {
  for (const python of ['python3', '/usr/bin/python3']) {
    const found = await run(python, ['-c', 'import requests']).then(
      () => true,
      () => false,
    )
    if (found) return python
  }
  await need('python3', ['-c', 'import requests'])
}
