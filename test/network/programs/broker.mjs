/* Starts a program that belongs to no test, in the environment that it is sent, and passes on what is said. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

let survivor
process.on('message', ({ env, ask }) => {
  if (env) {
    survivor = fork(fileURLToPath(new URL('survivor.mjs', import.meta.url)), { env, detached: true })
    survivor.on('message', (answer) => process.send(answer))
  } else survivor.send(ask)
})
process.on('disconnect', () => survivor?.kill('SIGKILL'))
