// Why something was not accepted. `code` is for programs and stays ("root_mismatch"); `detail` is for people.
//
// Every function here that judges an input throws a Refusal when it does not hold; any other exception is a mistake of ours, and
// whoever catches one has verified nothing.

export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly detail = "",
  ) {
    super(detail === "" ? code : `${code}: ${detail}`);
    this.name = "Refusal";
  }
}

export function refuse(code: string, detail = ""): never {
  throw new Refusal(code, detail);
}

// The refusal that `attempt` ends with, or undefined when it holds.
export function refusalOf(attempt: () => void): Refusal | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
