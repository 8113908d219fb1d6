import { Argument, type Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';
import { LOAD_TARGET_NAMES, type LoadTarget } from '../../contract/load-target.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { lendConf, placeWarnings } from '../conf-file.ts';
import { addManifestOptions, manifestInput, type ManifestOptions } from '../manifest-address.ts';
import { withEngine } from '../with-engine.ts';

interface LoadScriptOptions extends ManifestOptions {
  readonly file?: string;
}

/** `sluice load-script WAREHOUSE MANIFEST`: the script that loads what a run wrote. */
export function addLoadScript(program: Command, { world }: CommandContext): void {
  const command = program
    .command('load-script')
    .description('show the script that loads the objects of a run into a warehouse')
    .addArgument(new Argument('<warehouse>').choices(LOAD_TARGET_NAMES))
    .argument('<manifest>', 's3://bucket/…/manifest.json, or a file')
    .option('--file <name>', 'show this one of the files that the script needs, instead of the script');
  addManifestOptions(command, 'place').action(
    async (target: LoadTarget, manifest: string, options: LoadScriptOptions) => {
      const { files } = await withEngine(world, async (engine) => {
        const conf = await lendConf(options, engine, world);
        const input = manifestInput(manifest, options, world.env, world.cwd, conf?.place?.settings);
        for (const warning of placeWarnings(input.destination, conf)) world.err(`warning: ${warning}\n`);
        return await callEngine(engine, 'manifests.loadScript', { target, ...input }, world.interrupted);
      });
      const shown = options.file === undefined ? files[0] : files.find(({ name }) => name === options.file);
      const names = files.map(({ name }) => name).join(', ');
      if (shown === undefined) {
        throw new AppError('CONFIG_USAGE', `--file: there is no ${options.file ?? ''}, only ${names}`);
      }
      world.out(shown.text);
      for (const { name, uri } of options.file === undefined ? files.slice(1) : []) {
        const place = uri === undefined ? 'beside it' : `as ${uri}`;
        world.err(`It needs ${name} ${place}: --file ${name} shows it\n`);
      }
    },
  );
}
