/**
 * JSON of strangers, read with limits, and written so that the same value gives the same bytes. What the documents mean is not known here.
 */
@NullMarked
package io.lxc4j.json;

import org.jspecify.annotations.NullMarked;
