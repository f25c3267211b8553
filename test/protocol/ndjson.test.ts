import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { MAX_FRAME_BYTES } from '../../src/protocol/frames.ts'
import { encodeFrame, FrameDecoder, type RawFrame } from '../../src/protocol/ndjson.ts'

/** What a decoder makes of the bytes when they come in pieces of these sizes, again and again. */
function decode(bytes: Buffer, sizes: readonly number[] = [bytes.length || 1]): RawFrame[] {
  const decoder = new FrameDecoder()
  const frames: RawFrame[] = []
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    decoder.push(bytes.subarray(at, at + size), (frame) => frames.push(frame))
    at += size
  }
  return frames
}

const anyText = fc.string({ unit: 'binary' })
const anyFrame = fc.record({ t: anyText, body: fc.jsonValue({ stringUnit: 'binary' }) })
const anySizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 })

test('what is encoded is decoded again, in order, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(anyFrame), anySizes, (frames, sizes) => {
      const bytes = Buffer.from(frames.map(encodeFrame).join(''))
      // JSON has no -0.
      const expected = JSON.parse(JSON.stringify(frames)) as unknown
      expect(decode(bytes, sizes)).toEqual(expected)
      expect(decode(bytes)).toEqual(expected)
    }),
  )
})

test('a frame is one line, whatever is in it', () => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      const line = encodeFrame(frame)
      expect(line.indexOf('\n')).toBe(line.length - 1)
    }),
  )
})

test('garbage is refused at the same frame with the same words, however the bytes are cut', () => {
  const garbage = fc.constantFrom(
    '[]',
    '1',
    'null',
    '"t"',
    '{}',
    '{"t":1}',
    'GET / HTTP/1.1',
    '{"t":"x"',
    '{"t":"x"}}',
    '\0',
  )
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 3 }), garbage, anySizes, (frames, line, sizes) => {
      const bytes = Buffer.from(frames.map(encodeFrame).join('') + `${line}\n{"t":"never"}\n`)
      const outcome = (chunks?: readonly number[]) => {
        const decoder = new FrameDecoder()
        let seen = 0
        try {
          for (let at = 0, n = 0; at < bytes.length; n++) {
            const size = chunks?.[n % chunks.length] ?? bytes.length
            decoder.push(bytes.subarray(at, at + size), () => seen++)
            at += size
          }
          return 'no error'
        } catch (error) {
          return [seen, (error as Error).name, (error as Error).message]
        }
      }
      expect(outcome(sizes)).toEqual(outcome())
      expect(outcome()).toEqual([frames.length, 'SyntaxError', expect.stringContaining('which is not')])
    }),
  )
})

test('empty lines between frames are passed over', () => {
  expect(decode(Buffer.from('\n\r\n  \n{"t":"a"}\r\n\n'))).toEqual([{ t: 'a' }])
})

test('a frame that has not ended is not given', () => {
  expect(decode(Buffer.from('{"t":"a"}\n{"t":"b"}'))).toEqual([{ t: 'a' }])
})

/** A frame of exactly so many bytes. */
function frameOf(bytes: number, unit = 'x'): { t: string; body: string } {
  const width = Buffer.byteLength(unit)
  const room = bytes - Buffer.byteLength(encodeFrame({ t: 'message', body: '' }))
  return { t: 'message', body: unit.repeat(Math.floor(room / width)) + 'x'.repeat(room % width) }
}

test.each(['x', 'ü', '日', '😀'])(
  'a frame of 1 MiB of "%s" passes both ways, a byte more neither',
  (unit) => {
    const fits = frameOf(MAX_FRAME_BYTES, unit)
    const line = encodeFrame(fits)
    expect(Buffer.byteLength(line)).toBe(MAX_FRAME_BYTES)
    expect(decode(Buffer.from(line), [65_536])).toEqual([fits])
    const tooLong = frameOf(MAX_FRAME_BYTES + 1, unit)
    expect(() => encodeFrame(tooLong)).toThrow(RangeError)
    expect(() => encodeFrame(tooLong)).toThrow(
      `at most ${MAX_FRAME_BYTES} bytes, this one has ${MAX_FRAME_BYTES + 1}`,
    )
    expect(() => decode(Buffer.from(JSON.stringify(tooLong) + '\n'))).toThrow(SyntaxError)
    expect(() => decode(Buffer.from(JSON.stringify(tooLong) + '\n'), [65_536])).toThrow(
      'a line longer than 1048576 bytes',
    )
  },
)

test('an endless line is refused long before it ends', () => {
  const decoder = new FrameDecoder()
  const chunk = Buffer.alloc(65_536, 'x')
  const push = () => decoder.push(chunk, () => {})
  for (let n = 0; n < 15; n++) push()
  expect(push).toThrow('a line longer than 1048576 bytes, which begins with "xxx')
})

test('an error quotes no more than the beginning of what came', () => {
  const error = (() => {
    try {
      decode(Buffer.from('y'.repeat(5000) + '\n'))
      return ''
    } catch (thrown) {
      return (thrown as Error).message
    }
  })()
  expect(error).toContain('yyyy')
  expect(error.length).toBeLessThan(200)
})

test('a frame of 1 MiB that comes byte by byte costs no more than its bytes', () => {
  const fits = frameOf(MAX_FRAME_BYTES)
  // Looking at all that has come with each byte takes minutes.
  expect(decode(Buffer.from(encodeFrame(fits)), [1])).toEqual([fits])
})

test('a million empty lines are passed over', () => {
  expect(decode(Buffer.from('\r\n\n'.repeat(500_000) + '{"t":"a"}\n'), [65_536])).toEqual([{ t: 'a' }])
})

test.each([
  ['a byte that begins nothing', [0xff]],
  ['half a character', [0xc3]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
])('%s within a frame is refused', (_what, bytes) => {
  const line = Buffer.concat([Buffer.from('{"t":"'), Buffer.from(bytes), Buffer.from('"}\n')])
  expect(() => decode(line)).toThrow('which is not UTF-8')
  expect(() => decode(line, [1])).toThrow('which is not UTF-8')
})

test('what is nested deeply can be read, and is refused in words where it is written', () => {
  const body = '['.repeat(200_000) + ']'.repeat(200_000)
  const [frame] = decode(Buffer.from(`{"t":"a","body":${body}}\n`))
  expect(() => encodeFrame(frame as RawFrame)).toThrow(RangeError)
  expect(() => encodeFrame(frame as RawFrame)).toThrow('cannot be nested so deeply')
})
