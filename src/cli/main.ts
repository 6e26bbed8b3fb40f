#!/usr/bin/env node
import { hordeAsProcess } from './horde.ts';

process.exitCode = await hordeAsProcess();
