/** What frameworks load only if it is installed stays a call of `require`, which fails where they expect it to. */
export const absentLeftOut = (native) => ({
  name: 'absent',
  setup(building) {
    const asked = Symbol('asked');
    building.onResolve({ filter: /^[^./]/ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === asked) return undefined;
      const { errors } = await building.resolve(path, { resolveDir, kind, pluginData: asked });
      return errors.length > 0 || native.includes(path) ? { path, external: true } : undefined;
    });
  },
});
