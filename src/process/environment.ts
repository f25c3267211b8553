/** What programs need to start and to speak the user's language; nothing by which one test could influence another. */
const ALLOWED =
  process.platform === 'win32'
    ? ['ComSpec', 'NUMBER_OF_PROCESSORS', 'OS', 'Path', 'PATHEXT', 'SystemDrive', 'SystemRoot', 'windir']
    : ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'LOGNAME', 'TZ', 'USER']

/** Lets coverage tools see the children too. */
const COVERAGE = ['NODE_V8_COVERAGE']

/**
 * The environment of an agent: by default an allowlist of this process's (`PATH`, `LANG`, `LC_ALL`, `LC_CTYPE`,
 * `LOGNAME`, `TZ`, `USER`, `NODE_V8_COVERAGE`; on Windows what its programs need), with the home and temporary
 * directories inside `runtimeDir`. So neither `NODE_OPTIONS` nor a token of the developer's reaches the agent, and
 * what it writes to its home is gone with the test.
 * @param inherit everything (`true`), or these variables besides the allowlist
 */
export function hermeticEnvironment(
  runtimeDir: string,
  inherit: boolean | readonly string[] = false,
): Record<string, string> {
  const names = inherit === true ? Object.keys(process.env) : [...ALLOWED, ...COVERAGE]
  const home =
    process.platform === 'win32'
      ? { USERPROFILE: runtimeDir, TEMP: runtimeDir, TMP: runtimeDir }
      : { HOME: runtimeDir, TMPDIR: runtimeDir }
  return {
    ...pick(names),
    ...(inherit === true ? {} : home),
    ...(Array.isArray(inherit) ? pick(inherit) : {}),
  }
}

function pick(names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of names) {
    const value = process.env[name]
    if (value !== undefined) found[name] = value
  }
  return found
}
