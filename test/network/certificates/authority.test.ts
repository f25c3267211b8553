import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'

import { expect, test, vi } from 'vitest'

import { Authority } from '../../../src/network/certificates/authority.ts'
import { addressBytes, canonicalHost } from '../../../src/network/certificates/host.ts'
import { compile } from '../../lab/compile.ts'
import { Scratch } from '../../support/scratch.ts'
import { isInstalled } from '../support/installed.ts'

const run = promisify(execFile)
const LONG = `${'a'.repeat(60)}.${'b'.repeat(60)}.test`
const HOSTS = [
  'api.test',
  'bücher.test.',
  '10.0.0.1',
  '[2001:db8::1]',
  'fe80::1%eth0',
  '::ffff:1.2.3.4',
  LONG,
]

/** The certificates that an authority has made for hosts, with their files. */
function issued(run: string): { readonly file: string; readonly certificate: X509Certificate }[] {
  const directory = path.join(run, 'certificates')
  return readdirSync(directory)
    .filter((name) => /^[0-9a-f]{64}\.pem$/.test(name))
    .map((name) => path.join(directory, name))
    .map((file) => ({ file, certificate: new X509Certificate(readFileSync(file)) }))
}

test('hosts are told apart by what they are, not by how they are written', () => {
  expect(HOSTS.map(canonicalHost)).toEqual([
    'api.test',
    'xn--bcher-kva.test',
    '10.0.0.1',
    '2001:db8::1',
    'fe80::1',
    '::ffff:102:304',
    LONG,
  ])
  expect(canonicalHost('API.Test')).toBe('api.test')
  expect([...addressBytes('10.0.0.1')]).toEqual([10, 0, 0, 1])
  expect([...addressBytes('2001:db8::1')]).toEqual([0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 1])
  expect([...addressBytes('::')]).toEqual(Array(16).fill(0))
})

test('every host has a certificate of its own that the authority vouches for', async () => {
  const scratch = new Scratch()
  const authority = await Authority.ofRun(scratch.root)
  await Promise.all(HOSTS.map((host) => authority.context(host)))
  const ca = new X509Certificate(readFileSync(authority.caFile))
  const all = issued(scratch.root).map(({ certificate }) => certificate)
  expect(all).toHaveLength(HOSTS.length)
  expect(new Set(all.map(({ serialNumber }) => serialNumber)).size).toBe(HOSTS.length)
  expect(all.every((certificate) => certificate.verify(ca.publicKey) && certificate.checkIssued(ca))).toBe(
    true,
  )
  const matches = (host: string): boolean =>
    all.some((one) => (net.isIP(host) === 0 ? one.checkHost(host) : one.checkIP(host)) !== undefined)
  expect(HOSTS.map(canonicalHost).filter((host) => !matches(host))).toEqual([])
  const day = 24 * 60 * 60 * 1000
  const days = (time: string): number => Math.round((Date.parse(time) - Date.now()) / day)
  expect(all.map(({ validFrom, validTo }) => [days(validFrom), days(validTo)])).toEqual(
    all.map(() => [-1, 30]),
  )
})

test('certificates are valid by the time of the machine, not by that of a test', async () => {
  vi.useFakeTimers({ now: new Date('2001-01-01'), toFake: ['Date', 'performance'] })
  try {
    const scratch = new Scratch()
    await (await Authority.ofRun(scratch.root)).context('api.test')
    vi.useRealTimers()
    const [one] = issued(scratch.root)
    expect(Date.parse(one?.certificate.validTo ?? '')).toBeGreaterThan(Date.now())
  } finally {
    vi.useRealTimers()
  }
})

test.runIf(isInstalled('openssl', 'version'))('OpenSSL takes them by its strict rules', async () => {
  const scratch = new Scratch()
  const authority = await Authority.ofRun(scratch.root)
  await Promise.all(HOSTS.map((host) => authority.context(host)))
  const files = issued(scratch.root).map(({ file }) => file)
  const words = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', authority.caFile, ...files]
  const { stdout } = await run('openssl', words)
  expect(stdout.trim().split('\n')).toEqual(files.map((file) => `${file}: OK`))
})

test('workers that begin at once have the same authority, and share its certificates', async () => {
  const scratch = new Scratch()
  const program = compile('test/network/certificates/programs/worker.ts', scratch.path('worker.mjs'))
  const outputs = await Promise.all(
    ['1', '2', '3', '4'].map(() => run(process.execPath, [program, scratch.root, 'api.test'])),
  )
  expect(new Set(outputs.map(({ stdout }) => stdout)).size).toBe(1)
  expect(outputs[0]?.stdout).toContain('BEGIN CERTIFICATE')
  expect(issued(scratch.root)).toHaveLength(1)
  const directory = scratch.path('certificates')
  expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([])
  expect(readdirSync(directory).map((name) => statSync(path.join(directory, name)).mode & 0o777)).toEqual(
    readdirSync(directory).map(() => 0o600),
  )
})

test('the bundle holds the authority and all that Node trusts', async () => {
  const authority = await Authority.ofRun(new Scratch().root)
  const bundle = readFileSync(authority.caBundle, 'utf8')
  expect(bundle.startsWith(readFileSync(authority.caFile, 'utf8'))).toBe(true)
  expect(bundle.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(100)
})
