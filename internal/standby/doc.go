// Package standby is what an encoder that stands by is told, and what it answers:
// an order a line on its standard input, an answer a line on its standard output.
//
//	record FILE [codec=NAME] [way=NAME] [needs=NAME] [pressed=NS] [claim=TOKEN] [report=FILE] [force=yes]
//	stop
//	quit
//
// A word with anything in it but letters, digits and "/._-+,:@%" stands in double
// quotes, with the escapes of Go. Orders are obeyed one after the other; one that
// cannot be is answered by error, and changes nothing. The end of the input is a
// quit. All times are CLOCK_MONOTONIC in nanoseconds.
//
//	ready
//	late WAY WHY
//	refused WHY
//	recording first=SEQ admitted=NS first_frame=NS first_packet=NS generation=G way=WAY
//	stopped last=SEQ frames=N drops=N [error=WHY]
//	error WHY
//
// A record is answered by refused, or by stopped once the file is finished,
// before which comes recording if there is a first frame. Late comes before all
// of them if the broker refuses at first and then goes some way. Ready says that
// every codec is open and the next record will not wait for one. Whoever reads
// answers ignores those that it does not know.
package standby
