import { checks as descendants } from './descendants.mjs'
import { checks as fetch } from './fetch.mjs'
import { checks as http } from './http.mjs'
import { checks as libraries } from './libraries.mjs'
import { checks as sockets } from './sockets.mjs'

/** All checks, by group and name. Each resolves if the client got what it must. */
export const groups = { fetch, http, libraries, sockets, descendants }
