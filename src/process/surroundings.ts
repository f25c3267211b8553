/** Who a child is: an agent, by the mark under which it is started. */
export interface ChildIdentity {
  readonly agent?: string
  readonly mark?: string
}

/** What a test puts around its children: their network, if it has one. */
export interface Surroundings {
  /** What a child that is JavaScript is to load before all else. */
  readonly preload: string | undefined
  /**
   * The whole environment of a child.
   * @param inherited what comes from this process
   * @param own what the child is given over that
   */
  environment(
    inherited: Readonly<Record<string, string>>,
    own: Readonly<Record<string, string>>,
    child: ChildIdentity,
  ): Record<string, string>
}

/** Nothing. */
export const NO_SURROUNDINGS: Surroundings = {
  preload: undefined,
  environment: (inherited, own) => ({ ...inherited, ...own }),
}
