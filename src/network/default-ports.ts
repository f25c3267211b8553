/** Where a URL leads that names no port, by its scheme. */
export const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  http: '80',
  ws: '80',
  https: '443',
  wss: '443',
}
