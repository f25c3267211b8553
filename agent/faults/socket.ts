import type { Fault } from './stage.ts'

export const socket: Readonly<Record<string, Fault>> = {
  /** Closes the connection to the test and lives on. */
  closeSocket(_options, stage, confirm) {
    confirm(null, () => stage.disconnect())
  },
}
