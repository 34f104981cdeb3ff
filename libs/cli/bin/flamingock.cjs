#!/usr/bin/env node
// Here before the first build, so that an installation can link the command.
require('../dist/main.js');
