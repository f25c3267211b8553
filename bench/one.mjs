/* One bench in a process of its own: `node bench/one.mjs <name> <folder> [quick]`. Sends its rows to who has started it. */
import { mkdtempSync } from 'node:fs'
import path from 'node:path'

import { BENCHES } from './catalogue.mjs'

// Whoever has started this is gone: what it has started goes with it.
const orphaned = () => process.kill(-process.pid, 'SIGKILL')
process.on('disconnect', orphaned)

const [, , name, folder, quick] = process.argv
const { measure } = await import(BENCHES[name].module)
const rows = await measure({ folder: mkdtempSync(path.join(folder, 'f-')), quick: quick === 'quick' })
await new Promise((resolve) => process.send(rows, resolve))
process.off('disconnect', orphaned)
process.disconnect()
