type Variables = Readonly<Record<string, string>>

/**
 * Takes the test's proxy out of the environment of this process: it is for programs that are not Node, and clients that go by it, such
 * as axios, would come without their process and see an answer of the proxy in place of an error. What points elsewhere stays.
 *
 * @param known the test's variables, without who it is that comes by the proxy
 * @returns what was there, for children
 */
export function takeOwnProxies(known: Variables, environment: NodeJS.ProcessEnv): Record<string, string> {
  const taken: Record<string, string> = {}
  for (const [name, value] of Object.entries(known)) {
    if (!/_proxy$/i.test(name)) continue
    const own = environment[name]
    if (own === undefined || own.replace(/^(http:\/\/)[^@/]*@/, '$1') !== value) continue
    taken[name] = own
    delete environment[name]
  }
  return taken
}
