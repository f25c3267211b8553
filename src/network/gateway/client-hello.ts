/** A TLS record that holds a part of a handshake, and the message that begins it. */
const HANDSHAKE = 0x16
const CLIENT_HELLO = 1
const SERVER_NAME_EXTENSION = 0
const HOST_NAME = 0

/** What a connection says before anything else, if that is TLS. */
export interface ClientHello {
  /** The host that it asks for, if it names one. */
  readonly serverName: string | undefined
}

export function beginsTls(bytes: Buffer): boolean {
  return bytes[0] === HANDSHAKE
}

/**
 * Reads the server's name from the first record of a connection (RFC 8446, section 4.1.2; RFC 6066, section 3). Undefined as
 * long as the record is not complete. What cannot be read names no server: OpenSSL says what is wrong with it.
 */
export function readClientHello(bytes: Buffer): ClientHello | undefined {
  if (bytes.length < 5 || bytes.length < 5 + bytes.readUInt16BE(3)) return undefined
  try {
    return { serverName: findServerName(bytes.subarray(5, 5 + bytes.readUInt16BE(3))) }
  } catch (error) {
    if (error instanceof RangeError) return { serverName: undefined }
    throw error
  }
}

function findServerName(hello: Buffer): string | undefined {
  if (hello.readUInt8(0) !== CLIENT_HELLO) return undefined
  // Type and length, version, random.
  let at = 4 + 2 + 32
  at += 1 + hello.readUInt8(at) // session
  at += 2 + hello.readUInt16BE(at) // cipher suites
  at += 1 + hello.readUInt8(at) // compression methods
  const end = at + 2 + hello.readUInt16BE(at)
  for (at += 2; at < end; at += 4 + hello.readUInt16BE(at + 2)) {
    if (hello.readUInt16BE(at) !== SERVER_NAME_EXTENSION) continue
    // Type and length of the extension, length of the list, which has one name.
    const name = at + 4 + 2
    if (hello.readUInt8(name) !== HOST_NAME) return undefined
    return hello.toString('latin1', name + 3, name + 3 + hello.readUInt16BE(name + 1)) || undefined
  }
  return undefined
}
