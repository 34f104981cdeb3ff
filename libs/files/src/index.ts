export { fileSystemTargetSystem } from './files.definitions.js';
export type { FileSystemTargetSystemOptions } from './files.options.js';
export { Files, type FileMode } from './change/files.js';
export type { FileEntry } from './state/root-folder.js';
export type { FileContent } from './state/durable.js';
export {
  FileNotThereError,
  FilesChangedError,
  FilesNotInPlaceError,
  FilesOptionsError,
  FilesStateError,
  FileSystemError,
  FolderModeError,
  LinkRefusedError,
  NamesAreOneError,
  OtherFileSystemError,
  PathRefusedError,
  PathTakenError,
  RootUnusableError,
} from './files.errors.js';
