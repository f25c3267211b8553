/*
 * What the checks of clients are written with. They run in the child: plain JavaScript, on every Node that is supported.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'

/** The API that the handlers of the test are. No such host exists. */
export const API = 'https://api.example.com'
export const PLAIN_API = 'http://api.example.com'

/** What a check throws that cannot be made here. */
export class Skipped extends Error {
  name = 'Skipped'
}

export function skip(reason) {
  throw new Skipped(reason)
}

/** A gate in the test, which one side waits at and the other opens. */
export function gate() {
  const url = `${API}/gates/${randomUUID()}`
  return {
    url,
    /** A URL whose handler is given this gate. */
    at: (path) => `${API}${path}?gate=${url.slice(url.lastIndexOf('/') + 1)}`,
    open: async () => assert.equal((await fetch(url, { method: 'POST' })).status, 204),
    /** Resolves when the handler has opened it, or with what the request for it has ended with before. */
    passed: (request) => Promise.race([fetch(url), request]),
  }
}

/** The response to a request made with `http` or `https`, or whatever gives the same events. */
export function answer(request) {
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status, headers } = response
        resolve({ status, headers, text: Buffer.concat(chunks).toString() })
      })
    })
  })
}

/** The error with which this ends; that it ends without one is told with what it gave. */
export async function failure(promise) {
  let value
  try {
    value = await promise
  } catch (error) {
    return error
  }
  assert.fail(`expected an error, got ${describe(value)}`)
}

/** What a program prints. Rejects with what it complains of if it fails. */
export function run(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trim())
      else reject(new Error(`${file} ended with ${error.code ?? error.signal}: ${(stderr || stdout).trim()}`))
    })
  })
}

/** Skips the check where there is no such program. */
export async function need(file, args = ['--version']) {
  const error = await run(file, args).then(
    () => undefined,
    () => `${file} ${args.join(' ')} does not run here`,
  )
  if (error !== undefined) skip(error)
}

function describe(value) {
  if (value instanceof Response) return `a response with status ${value.status}`
  return JSON.stringify(value) ?? String(value)
}
