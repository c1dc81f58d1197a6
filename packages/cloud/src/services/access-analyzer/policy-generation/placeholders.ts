/** Generated policies with placeholders in the place of the resources that were seen. */
import { serviceKnowledge } from "../unused-access/granted-actions.ts";

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/**
 * The document with each ARN replaced by the form of its type, such as
 * `arn:aws:ec2:${Region}:${Account}:instance/${InstanceId}`. One of no known form stays as it is.
 */
export function withPlaceholders(document: string): string {
  const parsed = JSON.parse(document) as { readonly Statement: readonly Statement[] };
  const statements = parsed.Statement.map((statement) => {
    const services = [statement.Action].flat().map((action) => action.split(":")[0] ?? "");
    const forms = [statement.Resource].flat().map((resource) => formOf(resource, services));
    const distinct = [...new Set(forms)].toSorted();
    return { ...statement, Resource: distinct.length === 1 ? distinct[0] : distinct };
  });
  return JSON.stringify({ ...parsed, Statement: statements });
}

/** The form of the resource types of the services, or of the service in the ARN, that the ARN has. */
function formOf(resource: string, services: readonly string[]): string {
  const named = [...new Set([...services, resource.split(":")[2] ?? ""])];
  const types = named.flatMap((service) => serviceKnowledge().details(service)?.resourceTypes ?? []);
  const form = types.map(({ arn }) => arn).find((arn) => expressionOf(arn).test(resource));
  return form?.replace("${Partition}", "aws") ?? resource;
}

const expressions = new Map<string, RegExp>();

/** A placeholder stands for one part of an ARN, and may be a star where resources were folded. */
function expressionOf(form: string): RegExp {
  let expression = expressions.get(form);
  if (expression === undefined) {
    const source = form
      .split(/\$\{\w+\}/)
      .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join("[^:/]*");
    // The name of a user, role or policy may have a path before it.
    expressions.set(form, (expression = new RegExp(`^${source.replace(/\[\^:\/\]\*$/, "[^:]*")}$`)));
  }
  return expression;
}
