import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";

/** Longest time for a command on the host, in minutes: what is waited for longest there takes 11. */
export const MOST_MINUTES = 20;

/** Puts advice above an error of a provider that did not reach the host, once a run. The error itself stays. */
export function tellUnreached(hostName: string): pulumi.ErrorHook {
  const stack = pulumi.getStack();
  let told = false;
  const tell = async ({ errors }: pulumi.ErrorHookArgs) => {
    const sentence = unreachedSentence(errors[0] ?? "", hostName, stack);
    if (sentence && !told) {
      told = true;
      await pulumi.log.error(sentence);
    }
    return false;
  };
  // The engine calls from outside the program's run, and what is logged there reaches nobody.
  return new pulumi.ErrorHook("host-unreached", AsyncResource.bind(tell));
}

/** What the operator reads; nothing if the host was reached and answered. */
export function unreachedSentence(error: string, host: string, stack: string): string | undefined {
  // What the command printed comes after it, and may speak of other hosts.
  const [said = ""] = error.split(": running ");
  const again = `then again: pulumi up --stack ${stack}`;
  const doctor = `To see why: npm run doctor -- --stack ${stack}; ${again}`;
  // `dial unix` is an ssh-agent that has ended.
  if (
    /after \d+ failed attempts|error during connect|unable to authenticate|dial unix/.test(said)
  ) {
    return `The host ${host} can't be reached. ${doctor}`;
  }
  if (/without exit status or exit signal/.test(said)) {
    return `The connection to the host ${host} was lost. ${doctor}`;
  }
  if (/(exited with|exit) status 124$/.test(said)) {
    return `A command on the host ${host} had not ended after ${MOST_MINUTES} min. Check whether Docker answers there: docker ps; ${again}`;
  }
  if (/No such container/.test(said)) {
    return (
      `A container of this stack is gone from the host ${host}. ` +
      `npm run doctor -- --stack ${stack} && pulumi refresh --stack ${stack} --clear-pending-creates --yes && pulumi up --stack ${stack}`
    );
  }
  return undefined;
}
