/** What `horde run` may be given. */

export interface RunOptions {
  store?: string;
  file?: string[];
  pattern?: string;
  agent?: string[];
  methodology?: string[];
  limit?: string[];
  catalog?: string[];
  model?: string;
  rehearse?: boolean;
  seed?: number;
  latency?: number;
  failures?: number;
  budgetTokens?: number;
  budgetUsd?: number;
  rounds?: number;
  timeout?: number;
  workspace?: string;
  allowWrite?: boolean;
  allowCommands?: boolean;
  allowSwarms?: boolean;
  /** A person may be asked from any terminal. */
  people?: boolean;
  synthesis?: boolean;
  team?: string;
  workflow?: string;
  detach?: boolean;
  /** Serve the page meanwhile. */
  ui?: boolean;
  port?: number;
  open?: boolean;
  /** The page stays when the team has ended; default: on a terminal. */
  stay?: boolean;
}
