#!/usr/bin/env node
import { processStreams } from './streams.ts'
import { interruption } from './interruption.ts'
import { run } from './program.ts'

const streams = processStreams()
let signal: AbortSignal | undefined
const code = await run(process.argv.slice(2), {
  streams,
  environment: process.env,
  get signal() {
    return (signal ??= interruption())
  },
})
await streams.flush()
// What the files of the user have left open does not keep it from ending.
process.exit(code)
