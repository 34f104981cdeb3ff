/** What is wrong with the URL of a receiver. A URL is a secret of some receivers: no fault shows it. */
export function urlFaults(where: string, url: unknown): string[] {
  if (typeof url !== 'string' || !URL.canParse(url)) return [`${where}: url must be an http or https URL`];
  const { protocol, username, password } = new URL(url);
  const faults: string[] = [];
  if (protocol !== 'http:' && protocol !== 'https:')
    faults.push(`${where}: url must be an http or https URL, not one of ${protocol}`);
  if (username !== '' || password !== '') faults.push(`${where}: url must not have a name or password in it`);
  return faults;
}
