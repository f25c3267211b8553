import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { reportPage } from '../../src/report/page.ts'
import { crashLoop, recordingOf } from './recordings.ts'
import { hostileRun, runOf, testOf } from './runs.ts'

const run = runOf(testOf('crashes', [recordingOf(crashLoop(3))]))

function element(html: string, name: string): string {
  return new RegExp(`<${name}[^>]*>([^]*?)</${name.split(' ')[0]}>`).exec(html)?.[1] ?? ''
}

test('the data are in the page as they were, whatever texts they hold', async () => {
  const html = await reportPage(hostileRun)
  const packed = element(html, 'script type="application/octet-stream"')
  expect(packed).toMatch(/^[\w+/=]+$/)
  expect(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString())).toEqual(
    JSON.parse(JSON.stringify(hostileRun)),
  )
})

test('no text of a test is in the page as it is', async () => {
  const html = await reportPage(hostileRun)
  expect(html).not.toContain('onerror')
  expect(html.match(/<script/g)).toHaveLength(2)
  expect(html.match(/<\/script/g)).toHaveLength(2)
  expect(html.match(/<style|<\/style/g)).toHaveLength(2)
  expect(html).not.toMatch(/<!--|[\u2028\u2029]/)
})

test('the policy allows this script and this style by their hashes, and no network', async () => {
  const html = await reportPage(run)
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? ''
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  const script = html.slice(html.lastIndexOf('<script>') + '<script>'.length, html.lastIndexOf('</script>'))
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(element(html, 'style'))}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ])
})

test('the page names no address outside of itself but those of its licences and namespaces', async () => {
  const html = await reportPage(run)
  const addresses = new Set(html.match(/\b(?:https?|wss?):\/\/[^\s"'`)<>]+/g))
  const known = /^http:\/\/www\.w3\.org\//
  expect([...addresses].filter((address) => !known.test(address))).toEqual([])
  expect(html).not.toMatch(/<(?:link|script|img|iframe)[^>]+(?:src|href)="(?!data:)/)
})

test('the same data give the same page', async () => {
  expect(await reportPage(run)).toBe(await reportPage(structuredClone(run)))
})

test('script and style stay below 120 kB', async () => {
  const html = await reportPage(runOf())
  expect(html.length).toBeLessThan(120_000)
})
