import { isContainer, type PolicyResource, text, titleOf, types } from "../resource.ts";
import type { Rule } from "../rule.ts";

/** Every image is what it was when it was reviewed: named by its digest, or by the id that the engine knows it by. */
export const imageDigest: Rule = {
  name: "image-digest",
  description: "Images are pinned by digest.",
  check(resource) {
    const image = imageOf(resource);
    if (image === undefined || isPinned(image)) return [];
    return [
      `${titleOf(resource)}: image ${image} has no digest, so what runs can change without a change here. ` +
        "Set the stack's `images` to name:tag@sha256:<digest>, as `docker buildx imagetools inspect` shows it.",
    ];
  },
};

function imageOf(resource: PolicyResource): string | undefined {
  if (resource.type === types.image) return text(resource.props.name);
  return isContainer(resource) ? text(resource.props.image) : undefined;
}

/** A digest behind a name, or the id by which the engine knows an image. */
function isPinned(image: string): boolean {
  return /(^|@)sha256:[0-9a-f]{64}$/.test(image);
}
