export function keepUp(
  file: string,
  options: { signal: AbortSignal; longest?: number; env?: Record<string, string> },
): Promise<string[]>
