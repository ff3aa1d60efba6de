// Copyright: aws_ml.permissions contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
// Answers lines of JSON: a list of simulations in, a list of decisions out. See __init__.py.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const installed = createRequire(pathToFileURL(process.argv[2] + "/"));
const { runSimulation } = installed("@cloud-copilot/iam-simulate");

async function decision(simulation) {
  const found = await runSimulation(simulation, { simulationMode: "Strict" });
  return found.resultType === "error" ? { error: found.errors } : found.overallResult;
}

for await (const line of createInterface({ input: process.stdin })) {
  const decisions = [];
  for (const simulation of JSON.parse(line)) {
    decisions.push(await decision(simulation));
  }
  process.stdout.write(JSON.stringify(decisions) + "\n");
}
