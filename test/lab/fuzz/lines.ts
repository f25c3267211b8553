import * as fc from 'fast-check'

/** A frame as it is written: its fields with the text of their values, so that they need not be JSON. */
type Fields = readonly (readonly [name: string, text: string])[]

/** Bytes that somebody sends, and how they are cut into chunks. */
export interface Stream {
  readonly pieces: readonly Buffer[]
  readonly cuts: readonly number[]
}

const anyNumber = fc.oneof(
  fc.nat(20).map(String),
  fc.integer().map(String),
  fc.constantFrom(
    '-0',
    '0.5',
    '1e308',
    '1e400',
    '-1e400',
    '9007199254740993',
    '1E2',
    '1e20',
    '00',
    '-',
    '.5',
    '0x1',
  ),
)

const anyText = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('x', '../../etc', '__proto__', '\0'))
  .map((text) => JSON.stringify(text))

/** JSON, nearly JSON, and what JavaScript has besides. */
const anyValue: fc.Arbitrary<string> = fc.oneof(
  anyNumber,
  anyText,
  fc.json({ maxDepth: 3, stringUnit: 'binary' }),
  fc.constantFrom(
    'null',
    'true',
    '[]',
    '{}',
    'NaN',
    'Infinity',
    'undefined',
    "'a'",
    '"\\ud800"',
    '"\\u0000"',
    '"\\x"',
  ),
  fc.constantFrom(
    '{"toString":1,"valueOf":2}',
    '{"__proto__":{"t":"ready"}}',
    '{"constructor":{"prototype":1}}',
  ),
  fc.constantFrom('[1', '{"a":', '"', '[[["', '}'),
  fc.constantFrom(100, 20_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.constant(`"${'y'.repeat(3000)}"`),
)

const anyFieldName = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('t', 'v', 'id', 'pid', 'can', 'n', 'ms', 'name', 'seen', 'proof', 'body'),
  },
  { weight: 2, arbitrary: fc.constantFrom('attempt', 'faults', 'script', 'options', 'at') },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '', 'é') },
)

/** One change of a frame, or none. */
const anyMutation: fc.Arbitrary<(fields: Fields) => Fields> = fc.oneof(
  { weight: 4, arbitrary: fc.constant((fields: Fields) => fields) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(6), anyValue).map(
      ([at, text]) =>
        (fields: Fields) =>
          fields.map((field, index) => (index === at % fields.length ? ([field[0], text] as const) : field)),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .nat(6)
      .map((at) => (fields: Fields) => fields.filter((_, index) => index !== at % fields.length)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(anyFieldName, anyValue).map(([name, text]) => (fields: Fields) => [
      ...fields,
      [name, text] as const,
    ]),
  },
  { weight: 1, arbitrary: fc.constant((fields: Fields) => fields.toReversed()) },
)

/** One change of the bytes of a line, or none. */
const anyDamage: fc.Arbitrary<(line: Buffer) => Buffer> = fc.oneof(
  { weight: 12, arbitrary: fc.constant((line: Buffer) => line) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(4000), fc.nat(7)).map(([at, bit]) => (line: Buffer) => {
      const flipped = Buffer.from(line)
      if (line.length > 0) flipped[at % line.length]! ^= 1 << bit
      return flipped
    }),
  },
  {
    weight: 1,
    arbitrary: fc.nat(4000).map((at) => (line: Buffer) => line.subarray(0, at % (line.length + 1))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.nat(4000),
        fc.constantFrom(
          [0],
          [0xff],
          [0xc3],
          [0xed, 0xa0, 0x80],
          [0xef, 0xbb, 0xbf],
          [0x0d],
          [0x0a],
          [0xf4, 0x90],
        ),
      )
      .map(
        ([at, bytes]) =>
          (line: Buffer) =>
            Buffer.concat([
              line.subarray(0, at % (line.length + 1)),
              Buffer.from(bytes),
              line.subarray(at % (line.length + 1)),
            ]),
      ),
  },
)

const anyEnd = fc.oneof(
  { weight: 16, arbitrary: fc.constant('\n') },
  { weight: 2, arbitrary: fc.constantFrom('\r\n', '\n\n', ' \n', '\n\n{"t":"later"}\n') },
  { weight: 1, arbitrary: fc.constant('\n'.repeat(2000)) },
)

/** A line that is no frame at all, or hardly one. */
const anyGarbage: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 8, arbitrary: fc.json({ stringUnit: 'binary' }).map((text) => Buffer.from(text)) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('GET / HTTP/1.1\r', '[]', '1', '"t"', '{"t":1}', '')
      .map((text) => Buffer.from(text)),
  },
  { weight: 1, arbitrary: fc.constantFrom('x', '{"t":"message","body":"', '\u00fc').map(overlong) },
)

function overlong(begin: string): Buffer {
  return Buffer.from(begin.padEnd(1024 * 1024 + 1, begin.at(-1)))
}

/** Frames of these kinds, some of them damaged, and garbage. Each piece ends with a newline unless that was cut off. */
export function anyPiece(
  kinds: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<string>>>>>,
): fc.Arbitrary<Buffer> {
  const frames = Object.entries(kinds).map(([t, fields]) => frameOf(t, fields))
  const frame = fc
    .tuple(fc.oneof(...frames), anyMutation, anyDamage, anyEnd)
    .map(([fields, mutate, damage, end]) => damage(Buffer.from(written(mutate(fields)) + end)))
  const garbage = fc.tuple(anyGarbage, anyEnd).map(([line, end]) => Buffer.concat([line, Buffer.from(end)]))
  return fc.oneof({ weight: 30, arbitrary: frame }, { weight: 1, arbitrary: garbage })
}

/** How a stream is cut: not at all, or into pieces of a few bytes. */
export const anyCuts: fc.Arbitrary<number[]> = fc.oneof(
  fc.constant<number[]>([65_536]),
  fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }),
)

function frameOf(t: string, fields: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<Fields> {
  const names = Object.keys(fields)
  return fc
    .tuple(...Object.values(fields))
    .map(
      (texts) =>
        [
          ['t', JSON.stringify(t)],
          ...names.map((name, index) => [name, texts[index] ?? ''] as const),
        ] as const,
    )
}

function written(fields: Fields): string {
  return `{${fields.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`
}

const smallNumber = fc.nat(9).map(String)
const aBody = fc.json({ maxDepth: 2, stringUnit: 'binary' })

/** What an agent may say. */
export const agentKinds = {
  hello: {
    v: fc.constant('1'),
    id: fc.constantFrom('"web"', '"web"', '"../x"', '""', `"${'a'.repeat(65)}"`),
    pid: fc.constantFrom('7', '7', '-1', '0', '1e9', '1.5'),
    can: fc.constantFrom('[]', '["exit"]', '[1]', '"exit"', `[${'"x",'.repeat(500)}"x"]`),
    points: fc.constantFrom('[]', '["write"]', '[1]', '{}'),
  },
  ready: {},
  message: { body: aBody },
  fired: { id: smallNumber, proof: aBody },
  failed: { id: smallNumber, reason: anyText },
  exit: { code: fc.constantFrom('0', '1', '1.5', 'null'), signal: fc.constantFrom('null', '"SIGTERM"', '9') },
  cue: { name: anyText, n: smallNumber },
  sleep: { ms: fc.constantFrom('0', '5', '1e9', '-3', '1e308'), n: smallNumber },
  parked: { seen: fc.constantFrom('0', '1', '99999999', '-1') },
}

/** What a test may say to an agent that has been welcomed. Faults that would end it are left out, by name or options. */
export const hostKinds = {
  welcome: { attempt: smallNumber, faults: fc.constant('[]'), script: fc.constant('{}') },
  message: { body: aBody },
  go: { n: smallNumber },
  undo: { id: smallNumber },
  do: {
    id: smallNumber,
    name: fc.constantFrom('"slowStart"', '"nothing"', '"__proto__"', '"a\\nb"'),
    options: fc.constantFrom('{}', '{"ms":-1}', '{"signal":"SIGKILL"}', '{"signal":9}', 'null'),
  },
}

/** What a test may say first: much of it is nothing that can be played. */
export const welcomeKinds = {
  welcome: {
    attempt: fc.oneof(fc.constant('1'), anyValue),
    faults: fc.oneof(
      fc.constant('[]'),
      anyValue,
      fc
        .tuple(smallNumber, anyText, anyValue, anyValue)
        .map(([id, name, options, at]) => `[{"id":${id},"name":${name},"options":${options},"at":${at}}]`),
      anyValue.map((at) => `[{"id":1,"name":"ignoreSignal","options":{},"at":{"message":${at}}}]`),
    ),
    script: fc.oneof(
      anyValue,
      fc
        .tuple(
          fc.constantFrom(
            'startDelay',
            'heartbeat',
            'exitCode',
            'pidFile',
            'stdout',
            'stdin',
            'onSignal',
            'lifetime',
          ),
          anyValue,
        )
        .map(([name, value]) => `{"${name}":${value}}`),
      anyValue.map((every) => `{"stdout":{"every":${every}}}`),
      anyValue.map((answer) => `{"onSignal":{"SIGTERM":${answer}}}`),
    ),
  },
}

/** A hello as it should be. */
export const HELLO = Buffer.from('{"t":"hello","v":1,"id":"web","pid":7,"can":["exit"]}\n')
/** What may follow on what is refused, in the same chunk: it is not to be heard. */
export const anyTail = fc.constantFrom(
  [],
  [HELLO],
  [Buffer.from('{"t":"ready"}\n{"t":"message","body":"after"}\n')],
)
/** A welcome as it should be. */
export const WELCOME = Buffer.from('{"t":"welcome","attempt":1,"faults":[],"script":{}}\n')

/** The bytes of a stream in the chunks in which they come. */
export function* chunksOf({ pieces, cuts }: Stream): Generator<Buffer> {
  const bytes = Buffer.concat(pieces)
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = cuts[n % cuts.length] ?? 1
    yield Buffer.from(bytes.subarray(at, at + size))
    at += size
  }
}

/** How many lines there are in it. */
export function linesIn(pieces: readonly Buffer[]): number {
  return pieces.reduce(
    (sum, piece) => sum + Math.max(1, piece.toString('latin1').split('\n').filter(Boolean).length),
    0,
  )
}
