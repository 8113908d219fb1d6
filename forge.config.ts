/** How the desktop app is packaged. `npm run package` makes a folder, `npm run make` the installers. */
import { MakerDeb } from '@electron-forge/maker-deb';
import { MakerSquirrel } from '@electron-forge/maker-squirrel';
import { MakerZIP } from '@electron-forge/maker-zip';
import { FusesPlugin } from '@electron-forge/plugin-fuses';
import { VitePlugin } from '@electron-forge/plugin-vite';
import type { ForgeConfig } from '@electron-forge/shared-types';
import { FuseV1Options, FuseVersion } from '@electron/fuses';

/** A folder with Electron's zip files, for machines that cannot download them. */
const electronZipDir = process.env['ELECTRON_ZIP_DIR'];

const AUTHORS = 'The Sluice contributors';
const SUMMARY = 'Move Postgres tables, and what happens to them, to S3';

const config: ForgeConfig = {
  packagerConfig: {
    name: 'Sluice',
    // Lower case on Linux, where commands are; what users see elsewhere carries the app's name.
    executableName: process.platform === 'linux' ? 'sluice-desktop' : 'Sluice',
    appBundleId: 'org.sluice.desktop',
    appCategoryType: 'public.app-category.developer-tools',
    icon: 'assets/icon',
    asar: true,
    ...(electronZipDir === undefined ? {} : { electronZipDir }),
  },
  plugins: [
    new VitePlugin({
      build: [
        { entry: 'electron/main/main.ts', config: 'vite.config.ts', target: 'main' },
        {
          entry: 'electron/engine/encode/parquet/parquet-worker.ts',
          config: 'vite.config.ts',
          target: 'main',
        },
        { entry: 'electron/preload/preload.ts', config: 'vite.config.ts', target: 'preload' },
      ],
      renderer: [{ name: 'main_window', config: 'vite.config.ts' }],
    }),
    // Switches in the binary itself: the packaged app cannot be used as a Node, be debugged from the command line, or
    // be made to run other code. https://www.electronjs.org/docs/latest/tutorial/fuses
    new FusesPlugin({
      version: FuseVersion.V1,
      strictlyRequireAllFuses: true,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
      [FuseV1Options.WasmTrapHandlers]: true,
    }),
  ],
  makers: [
    new MakerZIP({}, ['darwin', 'linux', 'win32']),
    new MakerSquirrel({
      name: 'Sluice',
      authors: AUTHORS,
      description: SUMMARY,
      setupIcon: 'assets/icon.ico',
    }),
    new MakerDeb({
      options: {
        name: 'sluice-desktop',
        bin: 'sluice-desktop',
        productName: 'Sluice',
        genericName: 'Database export',
        description: SUMMARY,
        maintainer: AUTHORS,
        section: 'database',
        icon: 'assets/icon.png',
        categories: ['Development', 'Utility'],
      },
    }),
  ],
};

export default config;
