import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import tls from 'node:tls'

import { isRecord } from '../../json.ts'
import { realNow } from '../../real-time.ts'
import { makeCertificate } from './certificate.ts'
import { canonicalHost } from './host.ts'
import { readShared, shareFile } from './shared-file.ts'

/** What the workers of a run share: the authority, and the key of all its certificates. PEM. */
interface Secrets {
  readonly name: string
  readonly key: string
  readonly certificate: string
  readonly leafKey: string
}

const { rootCertificates, createSecureContext } = tls

/** The most letters that a common name may have, RFC 5280, appendix A. */
const LONGEST_COMMON_NAME = 64

/**
 * The authority that vouches for the gateways of a run: every worker of the run has the same, and whoever trusts its certificate
 * trusts all of them. It lives in the run's directory and ends with it.
 */
export class Authority {
  /** The path of its certificate, PEM. */
  readonly caFile: string
  /** The path of its certificate with all those that Node trusts, PEM: for programs that know one such file only. */
  readonly caBundle: string
  readonly #directory: string
  readonly #secrets: Secrets
  readonly #contexts = new Map<string, Promise<tls.SecureContext>>()
  /** The same for all hosts: a session is resumed whichever of them a connection was made for. */
  readonly #ticketKeys = randomBytes(48)

  private constructor(directory: string, secrets: Secrets) {
    this.#directory = directory
    this.#secrets = secrets
    this.caFile = path.join(directory, 'ca.pem')
    this.caBundle = path.join(directory, 'ca-bundle.pem')
  }

  /** The authority of the run whose directory this is. It is made by whoever asks first. */
  static async ofRun(run: string): Promise<Authority> {
    const directory = path.join(run, 'certificates')
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const file = path.join(directory, 'authority.json')
    const shared = readShared(file) ?? shareFile(file, JSON.stringify(await makeSecrets()))
    const authority = new Authority(directory, readSecrets(shared, file))
    authority.#publish()
    return authority
  }

  /** With which a server at `host` speaks TLS. Made once a run, which takes some 10 ms for the first host and 3 ms for each other. */
  context(host: string): Promise<tls.SecureContext> {
    const known = canonicalHost(host)
    const context = this.#contexts.get(known)
    if (context) return context
    const made = this.#makeContext(known)
    this.#contexts.set(known, made)
    // What failed is tried again.
    made.catch(() => this.#contexts.delete(known))
    return made
  }

  async #makeContext(host: string): Promise<tls.SecureContext> {
    const cert = await this.#certificate(host)
    return createSecureContext({ key: this.#secrets.leafKey, cert, ticketKeys: this.#ticketKeys })
  }

  async #certificate(host: string): Promise<string> {
    const file = path.join(this.#directory, `${createHash('sha256').update(host).digest('hex')}.pem`)
    const shared = readShared(file)
    if (shared !== undefined) return shared
    const { name, key, leafKey } = this.#secrets
    const issuerKey = createPrivateKey(key)
    const made = await makeCertificate({
      subject: host.length <= LONGEST_COMMON_NAME ? host : 'a host of a test',
      host,
      publicKey: createPublicKey(leafKey),
      issuer: name,
      issuerKey,
      issuerPublicKey: createPublicKey(key),
      now: wallClock(),
    })
    return shareFile(file, made)
  }

  #publish(): void {
    const { certificate } = this.#secrets
    if (readShared(this.caFile) === undefined) shareFile(this.caFile, certificate)
    if (readShared(this.caBundle) === undefined)
      shareFile(this.caBundle, [certificate, ...rootCertificates.map((root) => `${root}\n`)].join(''))
  }
}

async function makeSecrets(): Promise<Secrets> {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // Of its own: a program that still trusts another run's would take one for the other.
  const name = `vitest-supervise ${randomBytes(8).toString('hex')}`
  const certificate = await makeCertificate({
    subject: name,
    host: undefined,
    publicKey: authority.publicKey,
    issuer: name,
    issuerKey: authority.privateKey,
    issuerPublicKey: authority.publicKey,
    now: wallClock(),
  })
  const pem = { type: 'pkcs8', format: 'pem' } as const
  const [key, leafKey] = [authority, leaf].map((pair) => pair.privateKey.export(pem).toString())
  return { name, key: key ?? '', certificate, leafKey: leafKey ?? '' }
}

function readSecrets(text: string, file: string): Secrets {
  const secrets: unknown = JSON.parse(text)
  if (isRecord(secrets) && typeof secrets['certificate'] === 'string') return secrets as unknown as Secrets
  throw new SyntaxError(`${file} holds no authority: remove the directory of this run.`)
}

/** The time of the machine, whatever a test has made of `Date`. */
function wallClock(): number {
  return timeOrigin + realNow()
}

const { timeOrigin } = performance
