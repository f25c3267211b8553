import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'
import net from 'node:net'

import { addressBytes } from './host.ts'

/** Whom a certificate is for, and who vouches for it. */
export interface CertificateRequest {
  readonly subject: string
  /** A name or an address in its canonical form; undefined for an authority. */
  readonly host: string | undefined
  readonly publicKey: KeyObject
  readonly issuer: string
  readonly issuerKey: KeyObject
  readonly issuerPublicKey: KeyObject
  /** When this is, in ms since 1970: it is valid from a day before to thirty days after. */
  readonly now: number
}

const DAY = 24 * 60 * 60 * 1000

/** ecdsa-with-SHA256, RFC 5758. */
const SIGNATURE = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1'

/** The extensions of RFC 5280, section 4.2. */
const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
}

/** Bits of a key's usage, the first in the highest: digitalSignature; keyCertSign with cRLSign. */
const SIGNS_HANDSHAKES = { unusedBits: 7, bits: 0x80 }
const SIGNS_CERTIFICATES = { unusedBits: 1, bits: 0x06 }

/** How a general name is tagged: a DNS name, an address. */
const DNS_NAME = 2
const IP_ADDRESS = 7

/** An X.509 certificate, PEM, signed with ECDSA. The library is loaded when the first one is made. */
export async function makeCertificate(request: CertificateRequest): Promise<string> {
  const [asn1, pki] = await Promise.all([import('asn1js'), import('pkijs')])
  const { host } = request
  const certificate = new pki.Certificate({ version: 2 })
  const serial = randomBytes(16)
  // Positive, and as long as it says.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  certificate.serialNumber = new asn1.Integer({ valueHex: serial })
  for (const [name, text] of [
    [certificate.issuer, request.issuer],
    [certificate.subject, request.subject],
  ] as const) {
    const value = new asn1.Utf8String({ value: text })
    name.typesAndValues.push(new pki.AttributeTypeAndValue({ type: COMMON_NAME, value }))
  }
  certificate.notBefore.value = new Date(request.now - DAY)
  certificate.notAfter.value = new Date(request.now + 30 * DAY)
  const key = asn1.fromBER(spki(request.publicKey)).result
  certificate.subjectPublicKeyInfo.fromSchema(key)

  const extension = (id: string, value: { toBER(): ArrayBuffer }, critical = false): unknown =>
    certificate.extensions?.push(
      new pki.Extension({ extnID: id, critical, extnValue: value.toBER(), parsedValue: value }),
    )
  certificate.extensions = []
  const isAuthority = host === undefined
  const usage = isAuthority ? SIGNS_CERTIFICATES : SIGNS_HANDSHAKES
  extension(EXTENSION.basicConstraints, new pki.BasicConstraints({ cA: isAuthority }).toSchema(), true)
  const bits = new asn1.BitString({ valueHex: Uint8Array.of(usage.bits), unusedBits: usage.unusedBits })
  extension(EXTENSION.keyUsage, bits, true)
  extension(
    EXTENSION.subjectKeyIdentifier,
    new asn1.OctetString({ valueHex: keyIdentifier(request.publicKey) }),
  )
  const keyOfIssuer = new asn1.OctetString({ valueHex: keyIdentifier(request.issuerPublicKey) })
  extension(
    EXTENSION.authorityKeyIdentifier,
    new pki.AuthorityKeyIdentifier({ keyIdentifier: keyOfIssuer }).toSchema(),
  )
  if (host !== undefined) {
    extension(
      EXTENSION.extendedKeyUsage,
      new pki.ExtKeyUsage({ keyPurposes: [SERVER_AUTHENTICATION] }).toSchema(),
    )
    const name =
      net.isIP(host) === 0
        ? new pki.GeneralName({ type: DNS_NAME, value: host })
        : new pki.GeneralName({
            type: IP_ADDRESS,
            value: new asn1.OctetString({ valueHex: addressBytes(host) }),
          })
    extension(EXTENSION.subjectAltName, new pki.GeneralNames({ names: [name] }).toSchema())
  }

  certificate.signature = new pki.AlgorithmIdentifier({ algorithmId: SIGNATURE })
  certificate.signatureAlgorithm = new pki.AlgorithmIdentifier({ algorithmId: SIGNATURE })
  certificate.tbsView = new Uint8Array(certificate.encodeTBS().toBER())
  const signature = sign('sha256', certificate.tbsView, request.issuerKey)
  certificate.signatureValue = new asn1.BitString({ valueHex: signature })
  return pem(Buffer.from(certificate.toSchema(true).toBER()))
}

function spki(key: KeyObject): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(key.export({ type: 'spki', format: 'der' }))
}

/** The first method of RFC 5280, section 4.2.1.2: the point of a key on P-256 is its last 65 bytes. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key).subarray(-65)).digest()
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
