import { MAX_FRAME_BYTES } from '../../src/protocol/frames.ts'
import type { Fault } from './stage.ts'

export const socket: Readonly<Record<string, Fault>> = {
  /** Closes the connection to the test and lives on. */
  closeSocket(_options, stage, confirm) {
    confirm(null, () => stage.connection.close())
  },
  /** Ends its half of the connection and lives on. */
  halfCloseSocket(_options, stage, confirm) {
    confirm(null, () => stage.connection.halfClose())
  },
  /** Sends what is no frame. */
  garbageFrame(_options, stage, confirm) {
    confirm(null, () => stage.connection.close('\u0000garbage\n'))
  },
  /** Sends the beginning of a frame. */
  truncatedFrame(_options, stage, confirm) {
    confirm(null, () => stage.connection.close('{"t":"message","body":"trunc'))
  },
  /** Sends a line that is longer than a frame may be. */
  oversizedFrame(_options, stage, confirm) {
    const bytes = MAX_FRAME_BYTES + 1
    confirm({ bytes }, () => stage.connection.close('x'.repeat(bytes - 1) + '\n'))
  },
  /** Says hello again, and ready, if it is. */
  duplicatedFrame(_options, stage, confirm) {
    stage.connection.repeat()
    confirm(null)
  },
  /** Answers what nobody has asked it in this life. */
  staleFrame(_options, stage, confirm) {
    stage.connection.write('{"t":"fired","id":-1,"proof":null}\n')
    confirm(null)
  },
  /** Sends its frames byte by byte. */
  slowSocket(_options, stage, confirm) {
    stage.connection.slowDown()
    confirm(null)
  },
}
