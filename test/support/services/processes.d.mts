export function runsIn(pid: number, folder: string): boolean;
