/** All checks, by group and name. Each resolves if the client got what it must. */
export declare const groups: Readonly<Record<string, Readonly<Record<string, () => Promise<void>>>>>
