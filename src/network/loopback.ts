import { withoutBrackets } from './destination.ts'

/** Whether this host is the machine itself, by its name or address. */
export function isLoopback(host: string): boolean {
  const name = withoutBrackets(host).replace(/\.$/, '').toLowerCase()
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    name === '::' ||
    name === '0.0.0.0' ||
    /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(name)
  )
}
