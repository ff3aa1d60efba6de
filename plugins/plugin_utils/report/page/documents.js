// The policies and settings of an object.

function json(value) {
  return make("pre", { tabindex: 0 }, JSON.stringify(value, null, 2));
}

/** A value in a cell of a table: text as it is, everything else as JSON. */
function plainly(value) {
  if (value === undefined || value === null || value === "") return make("span.none", {}, "not there");
  if (typeof value !== "object") return String(value);
  return json(value);
}

function fold(title, ...content) {
  return make("details", {}, make("summary", {}, title), content);
}

function drawContent(content) {
  const facts = [
    ["Path", content.path && content.path !== "/" ? content.path : null],
    ["Description", content.description],
    ["Longest session", content.max_session_duration ? `${content.max_session_duration} s` : null],
    ["Permissions boundary", content.boundary],
  ];
  const tags = Object.entries(content.tags || {});
  return [
    list(facts),
    content.managed_policies
      ? make(
          "ul.policies",
          {},
          content.managed_policies.map((arn) => make("li", {}, make("code", {}, arn))),
        )
      : null,
    content.assume_role_policy_document ? fold("Trust policy", json(content.assume_role_policy_document)) : null,
    Object.entries(content.inline_policies || {}).map(([name, document]) => fold([make("span.kind", {}, "Inline policy "), name], json(document))),
    content.policy ? fold("Policy document", json(content.policy)) : null,
    tags.length ? fold(counted(tags.length, "tag"), list(tags)) : null,
  ];
}

/** Terms and their values; those without a value are left out. */
function list(entries) {
  const known = entries.filter(([, value]) => value !== null && value !== undefined && value !== "");
  if (!known.length) return null;
  return make(
    "dl",
    {},
    known.map(([term, value]) => [make("dt", {}, term), make("dd", {}, value)]),
  );
}
