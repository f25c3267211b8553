import { requiring } from '../preload/node-options.ts'

/** Where the gateway of a test is found. */
export interface GatewayPlace {
  /** What Node is to load. */
  readonly preloadFile: string
  /** The test's authority, and those that the system trusts. PEM. */
  readonly caBundle: string
  readonly proxyPort: number
}

/** Who the proxy is to take a child for: an agent, and the mark or `pid.<number>` of its process. */
export interface ProxyUser {
  readonly agent?: string
  readonly mark?: string
}

const PROXY_NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']

/** Where OpenSSL, curl, Python, git, the AWS tools, Deno, Cargo and pip look for whom to trust. */
const CA_NAMES = [
  'SSL_CERT_FILE',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'AWS_CA_BUNDLE',
  'DENO_CERT',
  'CARGO_HTTP_CAINFO',
  'PIP_CERT',
]

/** What has the traffic of a child go through the gateway, by the proxy where it is not Node. */
export function networkEnvironment(place: GatewayPlace, user: ProxyUser = {}): Record<string, string> {
  return { NODE_OPTIONS: requiring(place.preloadFile), ...proxyEnvironment(place, user) }
}

/** The same for children that are not Node alone. */
export function proxyEnvironment(
  { caBundle, proxyPort }: GatewayPlace,
  { agent, mark }: ProxyUser = {},
): Record<string, string> {
  const credentials =
    agent === undefined && mark === undefined
      ? ''
      : `${encodeURIComponent(agent ?? '')}:${encodeURIComponent(mark ?? '')}@`
  const proxy = `http://${credentials}127.0.0.1:${proxyPort}`
  return {
    ...Object.fromEntries(
      PROXY_NAMES.flatMap((name) => [
        [name, proxy],
        [name.toLowerCase(), proxy],
      ]),
    ),
    // What the developer's machine excepts is none of the test's.
    NO_PROXY: '',
    no_proxy: '',
    ...Object.fromEntries(CA_NAMES.map((name) => [name, caBundle])),
  }
}

/**
 * The environment of a child in a network: what it inherits, over that the network, and over both what it is given. Of
 * `NODE_OPTIONS` it has all.
 */
export function withNetwork(
  inherited: Readonly<Record<string, string>>,
  network: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const { NODE_OPTIONS: options = '' } = network
  const { NODE_OPTIONS: others = '' } = { ...inherited, ...own }
  const all = others.includes(options) ? others : `${options} ${others}`.trim()
  return { ...inherited, ...network, ...own, NODE_OPTIONS: all }
}
